"""Records are found, broken lines are reported, and no row is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.csv import records
from core.imports.csv.cursor import Cursor
from core.imports.csv.header import Layout
from core.imports.csv.reader import Chunk, read_chunk

NAMES = ("flight_number", "source", "destination")
SMALL = 3 * records.RECORD_BYTES
"""A chunk as small as one may be, so that a file has many."""

# Without U+001A: as the last character of a file it is the mark of its end (test_csv_dialects.py).
cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1a"), max_size=12)
rows = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12)


def read(data: bytes, *, delimiter: str = ",", size: int = SMALL, limit: int = 1000) -> list[Chunk]:
    layout = Layout(delimiter, NAMES, rows_at=0, first_line=2)
    chunks: list[Chunk] = []
    at = Cursor(0, 2)
    while not chunks or not chunks[-1].last:
        chunks.append(read_chunk(io.BytesIO(data), layout, at, size=size, rows=limit))
        assert chunks[-1].last or chunks[-1].end.offset > at.offset
        at = chunks[-1].end
    assert at.offset == len(data)
    return chunks


def found(data: bytes, *, delimiter: str = ",", size: int = SMALL, limit: int = 1000) -> list[tuple[int, list[str]]]:
    """Line number and cells of each sound record."""
    return [
        (line, row)
        for chunk in read(data, delimiter=delimiter, size=size, limit=limit)
        for line, row in zip(chunk.lines.tolist(), chunk.cells.to_numpy(dtype=object).tolist(), strict=True)
    ]


def broken(data: bytes) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for chunk in read(data) for fault in chunk.faults.found]


@settings(deadline=None, max_examples=100)
@given(rows, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans(), st.integers(1, 4))
def test_what_a_writer_writes_is_read(
    rows: list[tuple[str, ...]], delimiter: str, newline: str, quote_all: bool, final_newline: bool, limit: int
) -> None:
    text, expected, line = io.StringIO(), [], 2
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        before = text.tell()
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, [cell.strip() for cell in row]))
        line += text.getvalue()[before:].count("\n")
    data = text.getvalue().encode()
    data = data if final_newline else data.removesuffix(newline.encode())
    assert found(data, delimiter=delimiter, limit=limit) == expected


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from([b"a,b,c", b'"a",b,c', b'"', b"\r", b",", b"\n", b'""', b"x", b"\xff", b"\0", b'"\n"', b"\r\n"]),
        max_size=40,
    )
)
def test_every_line_of_any_rubbish_is_a_row_or_a_fault_or_blank(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    whole = read(data)
    accounted: set[int] = set()
    for chunk in whole:
        assert len(set(chunk.lines.tolist())) == len(chunk.lines)
        assert not set(chunk.lines.tolist()) & chunk.faults.lines
        accounted |= set(chunk.lines.tolist()) | chunk.faults.lines
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=2):
        # A line in the middle of a quoted cell belongs to the record that began before it.
        inside = any(start < number for start in accounted) and any(b'"' in earlier for earlier in lines[: number - 2])
        assert number in accounted or not line.strip(b' \t\r,"') or inside, (number, line)
    by_ones = [(fault.line, fault.code) for chunk in read(data, limit=1) for fault in chunk.faults.found]
    assert by_ones == [(fault.line, fault.code) for chunk in whole for fault in chunk.faults.found]


GOOD = b"a,b,c\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'"a,b,c', "unclosed_quote"),
        (b'a,b,"c', "unclosed_quote"),
        (b'a,"b"x,c', "stray_quote"),
        (b'a,b"b"b,c', "stray_quote"),
        (b"a,b", "wrong_columns"),
        (b"a,b,c,d", "wrong_columns"),
        (b"a,b\xe9,c", "not_utf8"),
        (b"a,b\0,c", "nul_character"),
        (b"a,b\rb,c", "bare_carriage_return"),
        (b"a,b,c\r\r\r", "bare_carriage_return"),
        (b"a,b," + b"c" * records.RECORD_BYTES, "line_too_long"),
    ],
)
@pytest.mark.parametrize("after", [b"", GOOD * 3, b'"d","e","f"\n', b'd,"e\ne",f\n', b'd,e,"f"\n' * 2, GOOD * 20_000])
def test_a_broken_line_costs_one_row(line: bytes, code: str, after: bytes) -> None:
    data = GOOD + line + b"\n" + after
    alone = found(GOOD + b"\n" + after)
    assert broken(data) == [(3, code)]
    assert found(data) == alone


def test_a_line_longer_than_a_chunk_costs_one_row() -> None:
    data = GOOD + b"x" * (10 * SMALL) + b"\n" + GOOD
    assert broken(data) == [(3, "line_too_long")]
    assert found(data) == [(2, ["a", "b", "c"]), (4, ["a", "b", "c"])]
    assert broken(data.rstrip(b"\n") + b"x" * (10 * SMALL)) == [(3, "line_too_long"), (4, "line_too_long")]


def test_a_quote_that_is_never_closed_does_not_take_the_rest_of_the_file() -> None:
    data = GOOD * 100 + b'a,"b,c\n' + GOOD * 50_000
    assert broken(data) == [(102, "unclosed_quote")]
    assert len(found(data)) == 50_100


def test_blank_rows_are_passed_over_and_lines_still_counted() -> None:
    data = b"\n" + GOOD + b"\r\n   \n,,\n;\n" + GOOD
    assert found(data) == [(3, ["a", "b", "c"]), (8, ["a", "b", "c"])]
    assert broken(data) == [(7, "wrong_columns")]


def test_the_cells_of_a_broken_line_are_salvaged() -> None:
    chunk = read(b'a,b,c,d\n"x,y\n')[0]
    assert chunk.faulty_rows(chunk.faults) == {2: ["a", "b", "c,d"], 3: ["x,y", "", ""]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"a,b", "The row has 2 cells, and the header has 3 columns. Add the missing cells; a cell may be empty."),
        (
            b"a,b,1,234,,",
            "The row has 4 cells, and the header has 3 columns. Put a cell that contains a comma in quotes, and remove cells after the last column.",
        ),
        (
            b'"a,b,c"',
            "The row has 1 cell, and the header has 3 columns. Separate the cells by a comma, and do not put the whole row in quotes.",
        ),
    ],
)
def test_a_row_with_another_number_of_cells_says_how_many(line: bytes, said: str) -> None:
    (fault,) = read(GOOD + line + b"\n" + GOOD)[0].faults.found
    assert (fault.line, fault.message) == (3, said)


def test_the_cells_of_a_long_line_in_an_unknown_encoding_are_salvaged() -> None:
    """Each byte that is in no encoding is shown as four characters."""
    chunk = read(b"\x81" * (records.RECORD_BYTES - len(b",b,c")) + b",b,c\n" + GOOD)[0]
    (salvaged,) = chunk.faulty_rows(chunk.faults).values()
    assert salvaged[0].startswith("\\x81")
    assert salvaged[1:] == ["b", "c"]
    assert len(chunk.cells) == 1
