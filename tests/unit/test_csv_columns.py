"""The rules of each column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.imports.csv.checks import Check
from core.imports.csv.columns import BY_NAME
from core.imports.csv.seen import SeenKeys

ALL = np.array([True])


def read(column: str, cell: str) -> tuple[Any, str | None]:
    """The value of a cell, and the code of its fault."""
    check = Check(column, pd.Series([cell], dtype="str"), required=BY_NAME[column].required)
    value = BY_NAME[column].read(check).iloc[0]
    codes = [fault.code for fault in check.faults(np.array([2]))]
    assert len(codes) <= 1, "the first rule that is broken is enough"
    return value, codes[0] if codes else None


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("flight_number", "AI-202", "AI-202"),
        ("flight_number", "ai202", "AI202"),
        ("flight_number", "6E-1", "6E-1"),
        ("source", "São Paulo", "São Paulo"),
        ("source", "'-Atlantis", "-Atlantis"),
        ("source", "'s-Gravenhage", "'s-Gravenhage"),
        ("flight_number", "'0123", "0123"),
        ("flight_number", "'MAR-1", "MAR-1"),
        ("flight_number", "'6E-123", "6E-123"),
        ("flight_number", "'1E5", "1E5"),
        ("total_seats", "'180", 180),
        ("price", "'7500.00", "7500.00"),
        ("departure_ts", "2026-12-25T10:00:00Z", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("departure_ts", "2026-12-25t10:00:00z", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("departure_ts", "2026-12-25 10:00Z", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("departure_ts", "2026-12-25T10:00:00.123456Z", datetime(2026, 12, 25, 10, 0, 0, 123456, tzinfo=UTC)),
        ("departure_ts", "2026-12-25T15:30:00+05:30", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("departure_ts", "2026-12-25T05:00:00-0500", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("departure_ts", "2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("total_seats", "1", 1),
        ("total_seats", "0180", 180),
        ("total_seats", "1000", 1000),
        ("price", "7500", "7500"),
        ("price", "0", "0"),
        ("price", "0.10", "0.10"),
        ("price", "99999999.99", "99999999.99"),
        ("currency", "usd", "USD"),
        # marks that nobody sees, as they come with cells that were copied from a web page or a PDF
        ("flight_number", "\u200bAI\u00a0202\ufeff", "AI 202"),
        ("departure_ts", "\u202a2026-12-25T10:00:00Z\u202c", datetime(2026, 12, 25, 10, tzinfo=UTC)),
        ("total_seats", "\u200e180", 180),
        ("price", "7500.00\u200b", "7500.00"),
        ("currency", "USD\ufeff", "USD"),
        ("cabin", "a320-180\u2060", "A320-180"),
    ],
)
def test_a_good_cell_is_read(column: str, cell: str, value: Any) -> None:
    assert read(column, cell) == (value, None)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("flight_number", "", "missing"),
        ("flight_number", "A", "not_a_flight_number"),
        ("flight_number", "AI#202", "not_a_flight_number"),
        ("flight_number", "AI-202-", "not_a_flight_number"),
        ("flight_number", "Á1-202", "not_a_flight_number"),
        ("flight_number", "A" * 17, "not_a_flight_number"),
        ("flight_number", "AI-٢٠٢", "not_a_flight_number"),
        ("flight_number", "AI-2\n", "not_a_flight_number"),
        ("source", "", "missing"),
        ("departure_ts", "", "missing"),
        ("departure_ts", "25/12/2026 10:00", "not_a_time"),
        ("departure_ts", "2026-12-25", "not_a_time"),
        ("departure_ts", "2026-12-25T10:00:00", "no_time_zone"),
        ("departure_ts", "2026-12-25T25:00:00Z", "not_a_time"),
        ("departure_ts", "2026-13-25T10:00:00Z", "not_a_time"),
        ("departure_ts", "2026-02-30T10:00:00Z", "not_a_time"),
        ("departure_ts", "٢٠٢٦-12-25T10:00:00Z", "not_a_time"),
        ("departure_ts", "1999-12-31T23:59:59Z", "out_of_range"),
        ("departure_ts", "2100-01-01T00:00:00Z", "out_of_range"),
        ("departure_ts", "9999-12-25T10:00:00Z", "not_a_time"),
        ("departure_ts", "NaT", "not_a_time"),
        ("total_seats", "", "missing"),
        ("total_seats", "1_000", "not_a_number"),
        ("total_seats", "١٢", "not_a_number"),
        ("total_seats", "nan", "not_a_number"),
        ("total_seats", "12.0", "not_a_number"),
        ("total_seats", "+12", "not_a_number"),
        ("total_seats", "1e2", "not_a_number"),
        ("total_seats", "0", "out_of_range"),
        ("total_seats", "-5", "out_of_range"),
        ("total_seats", "1001", "out_of_range"),
        ("total_seats", "9" * 5000, "out_of_range"),
        ("price", "", "missing"),
        ("price", "nan", "not_a_number"),
        ("price", "inf", "not_a_number"),
        ("price", "1e5", "not_a_number"),
        ("price", "7,500", "not_a_number"),
        ("price", "₹7500", "not_a_number"),
        ("price", "-1", "negative"),
        ("price", "'-1", "negative"),
        ("total_seats", "'-5", "out_of_range"),
        ("price", "1.2345", "too_many_decimals"),
        ("price", "100000000", "out_of_range"),
        ("price", "9" * 5000, "out_of_range"),
        ("currency", "rupees", "not_a_currency"),
        ("currency", "R$", "not_a_currency"),
    ],
)
def test_a_bad_cell_is_named(column: str, cell: str, code: str) -> None:
    assert read(column, cell)[1] == code


@pytest.mark.parametrize(
    ("column", "cell", "character"),
    [
        ("flight_number", "a\u0131301", "U+0131 LATIN SMALL LETTER DOTLESS I"),
        ("flight_number", "\uff21\uff29301", "U+FF21 FULLWIDTH LATIN CAPITAL LETTER A"),
        ("flight_number", "AI\u0663\u0660\u0661", "U+0663 ARABIC-INDIC DIGIT THREE"),
        ("departure_ts", "2026\u201112\u201125T10:00Z", "U+2011 NON-BREAKING HYPHEN"),
        ("departure_ts", "2026-12-25T10:00:00\u221205:00", "U+2212 MINUS SIGN"),
        ("departure_ts", "2026-12-25\u00a010:00Z", "U+00A0 NO-BREAK SPACE"),
        ("total_seats", "\u0967\u096e\u0966", "U+0967 DEVANAGARI DIGIT ONE"),
        ("price", "1\u202f234", "U+202F NARROW NO-BREAK SPACE"),
        ("price", "\u20ac7500", "U+20AC EURO SIGN"),
        ("price", "1\u2019234.50", "U+2019 RIGHT SINGLE QUOTATION MARK"),
        ("currency", "\u0131nr", "U+0131 LATIN SMALL LETTER DOTLESS I"),
        ("currency", "\uff35\uff33\uff24", "U+FF35 FULLWIDTH LATIN CAPITAL LETTER U"),
        ("cabin", "a320\u2013180", "U+2013 EN DASH"),
    ],
)
def test_a_character_that_looks_like_another_one_is_named(column: str, cell: str, character: str) -> None:
    check = Check(column, pd.Series([cell], dtype="str"), required=BY_NAME[column].required)
    BY_NAME[column].read(check)
    (fault,) = check.faults(np.array([2]))
    assert fault.message.startswith(f"Contains {character}. Must be ")


@pytest.mark.parametrize("word", ["NULL", "nan", "N-A", "TBA", "tbd", "Unknown", "undefined", "NaT", "none"])
def test_a_placeholder_is_no_flight_number(word: str) -> None:
    assert read("flight_number", word)[1] == "missing"


def test_an_empty_currency_is_none() -> None:
    value, code = read("currency", "")
    assert (pd.isna(value), code) == (True, None)


def test_a_key_is_new_once_across_many_chunks() -> None:
    seen = SeenKeys()
    count = 4_000
    numbers = pd.Series([f"AI-{number}" for number in range(count)], dtype="str")
    moment = pd.Series(pd.DatetimeIndex(["2026-12-25T10:00:00Z"] * count).as_unit("us"))
    everything = np.ones(count, dtype=np.bool_)

    def new(start: int, stop: int, *, later: int = 0) -> int:
        times = (moment + pd.Timedelta(minutes=later))[start:stop].reset_index(drop=True)
        return int(seen.add(numbers[start:stop].reset_index(drop=True), times, everything[start:stop]).sum())

    assert [new(start, start + 500) for start in range(0, count, 500)] == [500] * 8
    assert [new(start, start + 500) for start in range(0, count, 500)] == [0] * 8
    assert new(0, count, later=5) == count
    doubled = pd.Series(["XX-1", "XX-1", "XX-2"], dtype="str")
    assert seen.add(doubled, moment[:3], everything[:3]).tolist() == [True, False, True]


def test_a_row_that_is_refused_leaves_its_key_to_a_later_one() -> None:
    seen = SeenKeys()
    number = pd.Series(["AI-1"], dtype="str")
    moment = pd.Series(pd.DatetimeIndex(["2026-12-25T10:00:00Z"]).as_unit("us"))
    seen.add(number, moment, ~ALL)
    assert seen.add(number, moment, ALL).tolist() == [True]
    assert seen.add(number, moment, ALL).tolist() == [False]
