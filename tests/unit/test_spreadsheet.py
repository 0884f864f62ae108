"""Cells that a spreadsheet program would change are written with an apostrophe, and read without it."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.csv.spreadsheet import RISKY, guarded, guarded_again, unguarded

CHANGED = [
    "0123", "1E5", "12e-3", "MAR-1", "Sep-10", "DEC25", "1-2", "10-12", "2027-03-01", "3/4", "1.2.27", "12MAY", "7-JUN-27", "=A1", "+49", "-5",
    "@home", "TRUE", "false", "2027-03-01 10:00", "2027-03-01T10:00:00", "10:30", "5 PM", "12A", "50%", "6E-123", "1,5", "'0123", "''=x",
]  # fmt: skip
UNCHANGED = ["AI-202", "6EX-123", "Delhi", "'s-Gravenhage", "São Paulo", "2027-03-01T10:00:00Z", "2027-03-01 15:30:00+05:30", "Marseille", "U2 8001", ""]  # fmt: skip


@pytest.mark.parametrize("cell", CHANGED)
def test_what_would_be_changed_has_an_apostrophe(cell: str) -> None:
    assert guarded("flight_number", cell) == f"'{cell}"
    assert back([guarded("flight_number", cell)]) == [cell]


@pytest.mark.parametrize("cell", UNCHANGED)
def test_what_stays_is_written_as_it_is(cell: str) -> None:
    assert guarded("flight_number", cell) == cell
    assert back([cell]) == [cell]


def test_a_number_in_a_column_of_numbers_stays_one() -> None:
    assert guarded("price", "7500.00") == "7500.00"
    assert guarded("total_seats", "0150") == "0150"
    assert guarded("price", "1e3") == "'1e3", "a spreadsheet would mend it in silence"


pieces = st.lists(st.sampled_from(["'", "=", "1", "E", "-", "mar", "/", ":", "pm", ".", "x", " ", "true", "ü"]), max_size=6)


@settings(deadline=None)
@given(st.lists(pieces.map("".join), min_size=1, max_size=20))
def test_every_cell_comes_back(cells: list[str]) -> None:
    assert back([guarded("source", cell) for cell in cells]) == cells
    for cell in cells:
        assert not re.match(RISKY, guarded("source", cell)) or guarded("source", cell).startswith("'")


@settings(deadline=None)
@given(st.lists(pieces.map("".join), min_size=1, max_size=20))
def test_an_uploaded_cell_means_the_same_in_a_file_of_failed_rows(cells: list[str]) -> None:
    """Also if it came from a file of ours, and has its apostrophe already."""
    again = [guarded_again("source", cell) for cell in cells]
    assert back(again) == back(cells)
    assert [guarded_again("source", cell) for cell in again] == again


def back(cells: list[str]) -> list[str]:
    values: list[str] = unguarded(pd.Series(cells, dtype=pd.StringDtype(storage="pyarrow", na_value=float("nan")))).tolist()
    return values
