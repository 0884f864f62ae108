"""Countries by the names and codes that people write after a city, as in `Paris, France`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from core.places.folding import name_key

_ALSO: Final = {
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "northern ireland": "GB",
    "russian federation": "RU",
    "scotland": "GB",
    "south korea": "KR",
    "turkiye": "TR",
    "u k": "GB",
    "u s": "US",
    "u s a": "US",
    "uae": "AE",
    "uk": "GB",
    "united kingdom": "GB",
    "usa": "US",
    "viet nam": "VN",
    "wales": "GB",
}


@cache
def countries() -> dict[str, str]:
    """The ISO 3166 code of each country by its code and its names, folded."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    found = dict(_ALSO)
    for line in table.splitlines():
        if not line.startswith("#"):
            code, name = line.split("\t")
            found |= {code.lower(): code, name_key(name): code}
    return found
