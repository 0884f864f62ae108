"""The first line of a file says everything about it, or what is wrong."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from core.imports.csv.header import LISTED, BadHeader, NotText, read_layout

NAMES = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", ""])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_line_end_and_byte_order_mark_are_found(delimiter: str, newline: str, mark: str) -> None:
    head = (mark + NAMES.replace(",", delimiter) + newline).encode()
    layout = read_layout(head)
    assert (layout.delimiter, layout.names, layout.rows_at, layout.first_line) == (delimiter, NAMES.split(","), len(head), 2)


def test_names_may_come_in_any_order_and_spelling() -> None:
    layout = read_layout(
        b'Price , "Flight Number",source,DESTINATION,departure-ts,arrival_ts,Total Seats,currency,_line,_error\nx'
    )
    assert layout.names == [
        "price", "flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "currency",
    ]  # fmt: skip
    assert layout.columns[-2:] == (None, None)


def test_blank_lines_before_the_header_are_counted() -> None:
    layout = read_layout(f"\n \r\n{NAMES}\nx".encode())
    assert (layout.first_line, layout.rows_at) == (4, 4 + len(NAMES) + 1)


def problems(head: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(BadHeader) as refused:
        read_layout(head)
    errors: list[dict[str, Any]] = refused.value.data["errors"]
    return [(error["pointer"], error["code"], error["message"]) for error in errors]


def test_a_misspelt_column_is_recognised() -> None:
    unknown, missing = problems(NAMES.replace("flight_number", "flightno").encode())
    assert unknown[:2] == ("/flightno", "unknown_column")
    assert "Did you mean 'flight_number'?" in unknown[2]
    assert missing[:2] == ("/flight_number", "missing_column")


@pytest.fixture(params=[131_072, 100])
def longest_cell(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of this process: the importer sets one for the whole of its own."""
    before = csv.field_size_limit(request.param)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("longest_cell")
def test_of_thousands_of_unknown_columns_some_are_named_and_the_others_counted() -> None:
    with pytest.raises(BadHeader) as refused:
        read_layout(",".join(f"pri{number}" for number in range(5000)).encode() + b"\n")
    errors = refused.value.data["errors"]
    assert [error["code"] for error in errors].count("unknown_column") == LISTED + 1
    assert errors[-1]["message"] == f"There are {5000 - LISTED} more unknown columns."


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert problems(f"{NAMES},price".encode()) == [("/price", "duplicate_column", "The column 'price' appears 2 times.")]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty_file"),
        (b"\n \r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (NAMES.encode("utf-16"), "not_utf8"),
        (NAMES.encode("utf-16-be"), "not_utf8"),
        (NAMES.encode() + b",na\xefve\n", "not_utf8"),
        (NAMES.encode() + b"\0\n", "not_utf8"),
        (NAMES.encode() + b"\rAI-1,Delhi\r", "bare_carriage_return"),
        (b"x" * 70_000, "line_too_long"),
        (b"just some words\n", "unknown_column"),
    ],
)
def test_what_is_no_header_is_refused(head: bytes, code: str) -> None:
    assert problems(head)[0][1] == code


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04\x14\x00",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        gzip.compress(NAMES.encode(), mtime=0),
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"%PDF-1.7",
        b"7z\xbc\xaf\x27\x1c",
    ],
)
def test_another_format_is_known_by_its_first_bytes(head: bytes) -> None:
    with pytest.raises(NotText):
        read_layout(head)
