"""`docs/booking-states.md` has the transitions that the code allows, and refers to code that exists."""

from __future__ import annotations

import re
from pathlib import Path

from core.bookings.states import BEGINNINGS, TRANSITIONS, BookingStatus

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "booking-states.md").read_text()

ALLOWED = {(source, target) for source, targets in TRANSITIONS.items() for target in targets}


def test_the_diagram_shows_every_move_and_no_other() -> None:
    arrows = re.findall(r"^    (\S+) --> (\w+|\[\*\])", PAGE, re.MULTILINE)
    drawn = {(source, target) for source, target in arrows if "[*]" not in (source, target)}
    assert drawn == ALLOWED
    assert {target for source, target in arrows if source == "[*]"} == BEGINNINGS
    assert {source for source, target in arrows if target == "[*]"} == {each for each in BookingStatus if not TRANSITIONS[each]}


def test_the_table_of_moves_is_complete() -> None:
    rows = re.findall(r"^\| `([A-Z]+)` \| `([A-Z]+)` \|", PAGE, re.MULTILINE)
    assert set(rows) == ALLOWED
    assert len(rows) == len(ALLOWED)


def test_every_status_is_explained() -> None:
    section = PAGE.split("## Transitions")[0]
    assert re.findall(r"^\| `([A-Z]+)` \| \w", section, re.MULTILINE) == list(BookingStatus)


def test_the_page_points_at_code_that_exists() -> None:
    for path in re.findall(r"`(core/[\w/]+\.py)`", PAGE):
        assert (ROOT / path).is_file(), path
