"""Layouts of cabins, and the best seats in them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.seats.cabins.best import find_best
from core.seats.cabins.catalogue import CABINS, find_cabin
from core.seats.cabins.layout import AISLE, Cabin, CabinClass, Section, read_seat
from core.seats.cabins.views import view_of
from launcher.sample.network import NARROW_BODY, TURBOPROP, WIDE_BODY

A320 = CABINS["A320-180"]


def cabin(columns: str, rows: int = 1) -> Cabin:
    return Cabin("X", "X", (Section(CabinClass.ECONOMY, 1, rows, columns),))


@pytest.mark.parametrize("name", CABINS)
def test_the_number_in_the_name_of_a_cabin_is_its_number_of_seats(name: str) -> None:
    assert CABINS[name].size == int(name.rpartition("-")[2])


@pytest.mark.parametrize("name", CABINS)
def test_the_view_of_a_cabin_has_each_of_its_seats_once(name: str) -> None:
    view = view_of(CABINS[name])
    shown = [seat for section in view.sections for row in section.rows for seat in row.seats if seat]
    assert sorted(shown) == sorted(CABINS[name].seats | CABINS[name].blocked)
    assert all(len(row.seats) == len(section.columns) for section in view.sections for row in section.rows)


def test_every_aircraft_of_the_sample_has_its_cabin() -> None:
    for aircraft in (*TURBOPROP, *NARROW_BODY, *WIDE_BODY):
        assert CABINS[aircraft.cabin].size == aircraft.seats


def test_a_cabin_is_found_in_any_case() -> None:
    assert find_cabin(" a320-180 ") is A320
    assert find_cabin("A320-181") is None


@pytest.mark.parametrize(
    ("section", "blocked"),
    [
        (Section(CabinClass.ECONOMY, 1, 2, "ABA"), frozenset()),
        (Section(CabinClass.ECONOMY, 1, 2, "AB  CD"), frozenset()),
        (Section(CabinClass.ECONOMY, 0, 2, "AB"), frozenset()),
        (Section(CabinClass.ECONOMY, 1, 100, "AB"), frozenset()),
        (Section(CabinClass.ECONOMY, 2, 1, "AB"), frozenset()),
        (Section(CabinClass.ECONOMY, 1, 2, "AB", absent=frozenset({"3A"})), frozenset()),
        (Section(CabinClass.ECONOMY, 1, 2, "AB", exits=frozenset({3})), frozenset()),
        (Section(CabinClass.ECONOMY, 1, 2, "AB"), frozenset({"1C"})),
    ],
)
def test_a_layout_that_no_aircraft_can_have_is_refused(section: Section, blocked: frozenset[str]) -> None:
    with pytest.raises(ValueError, match="X: "):
        Cabin("X", "X", (section,), blocked)


def test_rows_belong_to_one_section() -> None:
    section = Section(CabinClass.ECONOMY, 1, 3, "AB")
    with pytest.raises(ValueError, match="each belong to one section"):
        Cabin("X", "X", (section, section))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12A", "12A"),
        ("012a", "12A"),
        (" 1f ", "1F"),
        ("A12", None),
        ("100A", None),
        ("12", None),
        ("0A", None),
        ("1２A", None),
        ("", None),
    ],
)
def test_a_seat_number_has_one_form(written: str, read: str | None) -> None:
    assert read_seat(written) == read


def alone(row: list[str], free: frozenset[str]) -> int:
    """Free seats of a row without a free neighbour."""
    padded = ["", *row, ""]
    return sum(
        seat in free and before not in free and after not in free
        for before, seat, after in zip(padded, padded[1:], padded[2:], strict=False)
    )


def fewest_alone(free: frozenset[str], party: int) -> int:
    """How many seats are newly left alone by the best of all runs of so many neighbouring free seats."""
    runs = [
        (row, row[start : start + party])
        for row in (A320.sections[0].seats_of(number) for number in A320.sections[0].rows)
        for start in range(len(row) - party + 1)
        if free.issuperset(row[start : start + party])
    ]
    return min(alone(row, free - set(run)) - alone(row, free) for row, run in runs)


@pytest.mark.parametrize("party", range(1, 7))
def test_a_party_sits_in_one_row_and_leaves_no_single_seat_if_possible(party: int) -> None:
    free = A320.seats
    while len(free) > 60:
        chosen = find_best(A320, A320.seats - free, party)
        assert chosen is not None
        assert free.issuperset(chosen)
        assert len({seat[:-1] for seat in chosen}) == 1
        assert all(ord(after[-1]) - ord(before[-1]) == 1 for before, after in pairwise(chosen)), "side by side"
        row = A320.sections[0].seats_of(int(chosen[0][:-1]))
        assert alone(row, free - set(chosen)) - alone(row, free) == fewest_alone(free, party)
        free -= set(chosen)


def test_a_pair_sits_without_an_aisle_in_between() -> None:
    assert find_best(cabin("ABC DEF"), set(), 2) == ["1A", "1B"]


def test_a_pair_takes_the_two_seats_that_are_left_before_it_breaks_a_row() -> None:
    assert find_best(cabin("ABC DEF", 9), {"7C"}, 2) == ["7A", "7B"]


def test_a_single_seat_is_left_alone_only_where_it_cannot_be_avoided() -> None:
    assert find_best(cabin("ABC"), set(), 2) in (["1A", "1B"], ["1B", "1C"])
    assert find_best(cabin("ABC", 2), {"1A"}, 2) == ["1B", "1C"]
    assert find_best(cabin("ABC", 2), {"1B", "2A"}, 1) in (["1A"], ["1C"]), "those are alone already"


def test_a_party_larger_than_a_row_sits_in_adjacent_rows_and_nobody_alone() -> None:
    chosen = find_best(A320, set(), 7)
    assert chosen is not None
    rows = sorted({int(seat[:-1]) for seat in chosen})
    assert len(rows) == 2
    assert rows[1] - rows[0] == 1
    assert {sum(int(seat[:-1]) == row for seat in chosen) for row in rows} == {5, 2}


def test_scattered_seats_are_better_than_none() -> None:
    free = {"3A", "9F", "20C"}
    assert find_best(A320, A320.seats - free, 3) == ["3A", "9F", "20C"]
    assert find_best(A320, A320.seats - free, 4) is None


def test_the_front_is_left_to_who_picks_it() -> None:
    wide = CABINS["B788-256"]
    economy = {seat for seat in wide.seats if int(seat[:-1]) > 10}
    assert set(find_best(wide, set(), 3) or []) <= economy
    assert set(find_best(wide, economy, 2) or []) == {"1A", "1C"}


def test_rows_at_an_exit_are_the_last_choice() -> None:
    taken = {seat for seat in A320.seats if not 12 <= int(seat[:-1]) <= 14}
    assert find_best(A320, taken, 3) == ["14A", "14B", "14C"]


def test_blocked_seats_cannot_be_picked() -> None:
    narrow = CABINS["A321-232"]
    taken = narrow.seats - {"39C", "39D"}
    assert find_best(narrow, taken, 2) == ["39C", "39D"]
    assert find_best(narrow, taken, 3) is None
    assert narrow.why_not("39F") == "Seat 39F is not for sale."
    assert narrow.why_not("40A") == "There is no seat 40A in this cabin."
    assert narrow.why_not("39D") is None
    assert AISLE in narrow.sections[0].columns
