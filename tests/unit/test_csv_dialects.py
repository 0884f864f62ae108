"""CSV files of different programs: the same rows, whatever the delimiters, quotation marks and line ends are."""

from __future__ import annotations

import io

import pytest

from core.imports.csv.cursor import Cursor
from core.imports.csv.header import BadHeader, read_layout
from core.imports.csv.reader import Chunk, read_chunk

NAMES = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
ROW = "QA-1,Delhi,Mumbai,2027-03-01T10:00:00Z,2027-03-01T12:00:00Z,180,7500.00"
PLAIN = f"{NAMES}\r\n{ROW}\r\n{ROW}\r\n"


def read(data: bytes) -> Chunk:
    layout = read_layout(data)
    return read_chunk(io.BytesIO(data), layout, Cursor(layout.rows_at, layout.first_line))


def rows(data: bytes) -> list[list[str]]:
    chunk = read(data)
    assert chunk.last
    assert not chunk.faults.found
    found: list[list[str]] = chunk.cells.to_numpy(dtype=object).tolist()
    return found


WRITTEN = {
    "empty nameless columns everywhere": PLAIN.replace("\r\n", ",,\r\n"),
    "empty nameless columns in the header only": PLAIN.replace(f"{NAMES}\r\n", f"{NAMES},,,\r\n"),
    "empty nameless columns in the rows only": PLAIN.replace("7500.00", "7500.00,,"),
    "in one row only": PLAIN.replace("7500.00", "7500.00,,,,,", 1),
    "quoted and blank cells behind the last column": PLAIN.replace("7500.00", '7500.00, ,"",""'),
    "one empty column": PLAIN.replace("\r\n", ",\r\n"),
    "rows of nothing but delimiters": PLAIN + ",,,,,,,,,,\r\n,,\r\n,\r\n",
    "sep with semicolons": "sep=;\r\n" + PLAIN.replace(",", ";"),
    "SEP in quotes": '"SEP=;"\n' + PLAIN.replace(",", ";"),
    "sep with a comma": "sep=,\r\n" + PLAIN,
    "sep with a tab": "sep=\t\r\n" + PLAIN.replace(",", "\t"),
    "sep with a bar": "sep=|\r\n" + PLAIN.replace(",", "|"),
    "sep saved again by a spreadsheet": "sep=;;;;;;;\r\n" + PLAIN.replace(",", ";"),
    "sep that is not true any more": "sep=;\r\n" + PLAIN,
    "a mark before sep": "\ufeffsep=;\r\n" + PLAIN.replace(",", ";"),
    "a mark behind sep": "sep=;\r\n\ufeff" + PLAIN.replace(",", ";"),
    "two marks": "\ufeff\ufeff" + PLAIN,
    "three marks and a blank line": "\ufeff\ufeff\r\n\ufeff" + PLAIN,
    "two marks before a quote": '\ufeff\ufeff"flight_number"' + PLAIN.removeprefix("flight_number"),
    "CR CR LF": PLAIN.replace("\r\n", "\r\r\n"),
    "CR CR LF and quotes": PLAIN.replace("\r\n", "\r\r\n").replace("Delhi", '"Delhi"').replace("7500.00", '"7500.00"'),
    "CR CR LF here and there": PLAIN.replace("\r\n", "\r\r\n", 2),
    "CR CR LF and no end": PLAIN.replace("\r\n", "\r\r\n").removesuffix("\r\r\n"),
    "a last line of U+001A": PLAIN + "\x1a",
    "a last line of U+001A with its end": PLAIN + "\x1a\r\n",
    "U+001A behind the last row": PLAIN.removesuffix("\r\n") + "\x1a",
    "U+001A over and over": PLAIN + "\x1a" * 300,
    "a form feed and blanks": PLAIN + " \r\n\t\r\n",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_the_same_file(written: str) -> None:
    assert rows(WRITTEN[written].encode()) == [ROW.split(",")] * 2


def test_a_header_with_u001a_is_a_file_without_rows() -> None:
    assert rows(f"{NAMES}\r\n\x1a".encode()) == []
    assert rows(f"{NAMES}\x1a".encode()) == []


OPTIONAL = {
    "currency left out": ([ROW], [*ROW.split(","), ""]),
    "currency left out by some": ([f"{ROW},EUR", ROW], [*ROW.split(","), "EUR"]),
    "currency empty and columns behind it": ([f"{ROW},,,"], [*ROW.split(","), ""]),
}


@pytest.mark.parametrize("case", OPTIONAL)
def test_a_row_may_lack_its_last_optional_cells(case: str) -> None:
    lines, first = OPTIONAL[case]
    found = rows("\n".join([f"{NAMES},currency", *lines, ""]).encode())
    assert found[0] == first
    assert len(found) == len(lines)
    assert len(rows("\n".join([f"{NAMES},currency,_note", *lines, ""]).encode())) == len(lines)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (f"{NAMES},,", f"{ROW},x"),  # a value without a name
        (NAMES, f"{ROW},,x"),
        (NAMES, f'{ROW},"x"'),
        (NAMES, ROW.rpartition(",")[0]),  # what lacks is not optional
        (f"currency,{NAMES}", ROW),
        (f"{NAMES},currency", ROW.rpartition(",")[0]),
    ],
)
def test_what_would_be_lost_or_shifted_is_a_fault(header: str, line: str) -> None:
    chunk = read(f"{header}\n{line}\n".encode())
    assert [fault.code for fault in chunk.faults.found] == ["wrong_columns"]
    assert len(chunk.cells) == 0


@pytest.mark.parametrize("data", [PLAIN.replace("Delhi", "Del\x1ahi"), PLAIN.replace("7500.00\r\n", "7500.00\x1a\r\n", 1)])
def test_u001a_elsewhere_is_part_of_a_cell(data: str) -> None:
    assert any("\x1a" in cell for row in rows(data.encode()) for cell in row)


def test_a_column_without_a_name_between_others_is_refused() -> None:
    with pytest.raises(BadHeader, match="Column 2 has no name"):
        read_layout(NAMES.replace(",", ",,", 1).encode())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("from", "'source'"),
        ("Origin", "'source'"),
        ("to", "'destination'"),
        ("Departure", "'departure_ts'"),
        ("STD", "'departure_ts'"),
        ("arrivel_ts", "'arrival_ts'"),
        ("seats", "'total_seats'"),
        ("fare", "'price'"),
        ("flightNumber", "'flight_number'"),
        ("gate", ""),
        ("notes", ""),
        ("aircraft", ""),
        ("status", ""),
        ("x", ""),
        ("terminal", ""),
    ],
)
def test_a_column_is_suggested_only_when_it_is_likely(name: str, hint: str) -> None:
    with pytest.raises(BadHeader) as refused:
        read_layout(f"{NAMES},{name}".encode())
    message = refused.value.data["errors"][0]["message"]
    assert message.endswith(f"Did you mean {hint}?") if hint else "Did you mean" not in message
