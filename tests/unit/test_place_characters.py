"""Characters in texts for places: some are removed, and some are refused with their names."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.places import route, wanted
from core.places.route import PlaceFaultCode, UnknownPlaces


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("D\u0435lhi", "U+0435 CYRILLIC SMALL LETTER IE"),
        ("\u041cumbai", "U+041C CYRILLIC CAPITAL LETTER EM"),
        ("L\u03bfndon", "U+03BF GREEK SMALL LETTER OMICRON"),
        ("\u041coscow", "U+041C CYRILLIC CAPITAL LETTER EM"),
        ("S\ufffdo Paulo", "U+FFFD REPLACEMENT CHARACTER"),
        ("Del\x00hi", "U+0000"),
        ("Del\nhi", "U+000A"),
        ("Del\u2028hi", "U+2028 LINE SEPARATOR"),
        ("Delhi\ue000", "U+E000"),
    ],
)
def test_a_character_that_no_name_has_is_named(text: str, name: str) -> None:
    fault = route.read(text, "Mumbai").source.fault
    assert fault is not None
    assert fault.code is PlaceFaultCode.NOT_A_PLACE
    assert name in fault.message
    with pytest.raises(Invalid, match=name.partition(" ")[0].replace("+", r"\+")):
        wanted.read(text, "Mumbai")


@pytest.mark.parametrize(
    "mark",
    [
        "\u200b",
        "\ufeff",
        "\u2060",
        "\u202a",
        "\u202c",
        "\u200e",
        "\u200f",
        "\u2066",
        "\u2069",
        "\u00ad",
        "\u200d",
        "\u200c",
        "\ufe0f",
        "\u061c",
        "\u180e",
        "\U000e0020",
        "\u3164",
    ],
)
def test_an_invisible_character_is_no_part_of_a_name(mark: str) -> None:
    for text in (f"{mark}Delhi", f"Del{mark}hi", f"Delhi{mark}", f" {mark} Delhi {mark} "):
        end = route.read(text, "Mumbai").source
        assert (end.name, end.code) == ("Delhi", "DEL")
        assert wanted.read(text, "Mumbai").source.keys == ("DEL",)


def test_a_joiner_stays_where_letters_are_joined() -> None:
    name = "क्\u200dष"
    assert route.read(name, "Mumbai", UnknownPlaces.ACCEPT).source.name == name
