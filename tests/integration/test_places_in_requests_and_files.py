"""A text for a place has the same meaning in a request and in a file: the same airport, or a fault in both."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.text.characters import strip_invisible
from tests.support.flights import body, noon_in
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory

EXAMPLES = int(os.environ.get("SKYQUEUE_TEST_PLACES", "12"))
"""Files of a dozen rows. Set it to some hundreds for a thorough look."""
NAMES = [
    "Delhi", "DEL", "Mumbai", "Xi'an", "São Paulo", "Medellín", "London", "LON", "San Jose", "Goa", "GOA", "Naples", "Wrocław", "Łódź", "Đà Nẵng", "Diyarbakır", "St. Petersburg", "Heathrow", "New York JFK", "Paris, France", "nan", "NULL", r"\N", "Nur-Sultan", "TSE", "Москва", "दिल्ली", "北京", "Port-au-Prince", "'s-Gravenhage", "=1+1", "Cochin, India", "del", "Atlantis", "", "--",
]  # fmt: skip
STRANGE = "\u200b\ufeff\u2060\u202a\u202e\u00ad\u200d\u200c\ufe0f\ufffd\u0435\u043e\u03bf\u0131\u0130\u00a0\u2028\u0085\x1c\x01\n\t'\"’,;<{=-"


class Read(NamedTuple):
    """The result for a place in a request or a file: the stored text with its code; or None, with the kind of fault."""

    stored: tuple[str, str | None] | None
    fault: str | None


@st.composite
def names(draw: st.DrawFn) -> str:
    """A name of a place, as it is or with slips and strange characters; or anything."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
    name = draw(st.sampled_from(NAMES))
    rng = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2, 4)))):
        name = _mutated(name, rng)
    return name


def _mutated(name: str, rng: random.Random) -> str:
    place = rng.randint(0, len(name))
    match rng.randrange(7):
        case 0:
            return name[:place] + rng.choice(STRANGE) + name[place:]
        case 1:
            return name[:place] + name[place + 1 :]
        case 2:
            return name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
        case 3:
            return name.swapcase() if rng.random() < 0.5 else name.upper()
        case 4:
            return unicodedata.normalize(rng.choice(("NFC", "NFD", "NFKC", "NFKD")), name)
        case 5:
            return rng.choice((" ", "  ", "\u3000", "\u200b ")) + name + rng.choice(("", " ", "\ufeff"))
        case _:
            return name + rng.choice((" ", ", ", "-", "/")) + rng.choice(("India", "JFK", "x" * 70, "(DEL)"))


def test_a_place_means_the_same_in_requests_and_files(open_import_steps: ImportStepsFactory) -> None:
    sides = {choice: open_import_steps(UNKNOWN_PLACES=choice) for choice in ("refuse", "accept")}

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        pairs=st.lists(st.tuples(names(), names()), min_size=12, max_size=12),
        choice=st.sampled_from(("refuse", "refuse", "accept")),
    )
    def agrees(pairs: list[tuple[str, str]], choice: str) -> None:
        import_steps = sides[choice]
        import_steps.rows("SELECT 1")
        with import_steps.db.transaction() as connection:
            connection.execute("TRUNCATE flights CASCADE")
        by_request = [read for pair in enumerate(pairs) for read in read_by_request(import_steps, *pair)]
        filed = list(sent_as_a_file(import_steps, pairs))
        for sent, one, other in zip((name for pair in pairs for name in pair), by_request, filed, strict=True):
            assert one == other, sent
            if one.stored is not None:
                assert one.stored[0] == _tidied(sent), "what is stored is what was written, but for blanks and what nobody sees"

    agrees()


def read_by_request(import_steps: ImportSteps, number: int, pair: tuple[str, str]) -> list[Read]:
    """How the API reads the two places of a flight."""
    source, destination = pair
    fields = body(flight_number=f"API-{number}", source=source, destination=destination)
    response = import_steps.admin.post("/admin/flights", json=fields)
    if response.status_code == 201:
        flight = response.json()
        return [Read((flight[end], flight[f"{end}_iata"]), None) for end in ("source", "destination")]
    assert response.status_code == 422, response.text
    return _faults({error["pointer"].removeprefix("/"): error["code"] for error in response.json()["errors"]})


def sent_as_a_file(import_steps: ImportSteps, pairs: list[tuple[str, str]]) -> Iterator[Read]:
    """How the import reads them. A cell that a spreadsheet would run has an apostrophe in front, as in the files that we give out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER.split(","))
    times = (noon_in(10).isoformat(), noon_in(10, hours=2).isoformat())
    for number, pair in enumerate(pairs):
        cells = [re.sub(r"^(?='*[=+@\t\r-])", "'", name.strip()) for name in pair]
        writer.writerow([f"CSV-{number}", *cells, *times, 150, "7500.00"])
    lines = text.getvalue()
    starts = list(_first_lines(lines))
    status = import_steps.take(lines.encode())
    errors: dict[int, dict[str, str]] = {}
    for error in status["errors"]:
        errors.setdefault(error["line"], {})[error["column"]] = error["code"]
    stored = {
        row[0]: row[1:]
        for row in import_steps.rows("SELECT flight_number, source, source_iata, destination, destination_iata FROM flights")
    }
    for number in range(len(pairs)):
        if (row := stored.get(f"CSV-{number}")) is not None:
            yield Read((row[0], row[1]), None)
            yield Read((row[2], row[3]), None)
        else:
            yield from _faults(errors[starts[number]])


def _first_lines(text: str) -> Iterator[int]:
    """The line at which each row begins, behind the header."""
    line, quoted = 1, False
    begins = True
    for letter in text:
        if begins and line > 1:
            yield line
        begins = False
        quoted ^= letter == '"'
        if letter == "\n":
            line += 1
            begins = not quoted


KINDS = {"bad_format": "not_a_place", "too_long": "not_a_place"}
"""What a request calls otherwise than a file."""


def _faults(found: dict[str, Any]) -> list[Read]:
    """Of both ends, as far as they have some."""
    codes = {end: KINDS.get(found[end], found[end]) for end in ("source", "destination") if end in found}
    return [Read(None, codes.get(end)) for end in ("source", "destination")]


def _tidied(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", strip_invisible(text.strip())).split())
