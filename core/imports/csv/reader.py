"""Read a file chunk by chunk, beginning at any cursor. A chunk has the cells of its valid records as columns of text, and a fault
for each line that is not a valid record.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from core.imports.csv import records
from core.imports.csv.cursor import Cursor
from core.imports.csv.faults import WHOLE_ROW, Fault, Faults, shortened, storable
from core.imports.csv.header import END_MARK, Layout

CHUNK_BYTES: Final = 2 * 1024 * 1024
CHUNK_ROWS: Final = 20_000
FIRST_ROWS: Final = 4_000
"""The first chunk of a file is small, so that Postgres begins to store rows early, while the next chunk is read."""

_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}

_TEXT: Final = pd.StringDtype(storage="pyarrow", na_value=np.nan)


@dataclass(slots=True)
class Chunk:
    """`cells`: one column of trimmed text for each named column; one row for each entry of `lines`. `faults`: those of broken
    lines.
    """

    cells: pd.DataFrame
    lines: npt.NDArray[np.int64]
    faults: Faults
    begin: Cursor
    end: Cursor
    last: bool

    @property
    def rows(self) -> int:
        """The number of rows of the chunk, valid and broken ones."""
        return len(self.cells) + len(self.faults.salvaged)

    def drop_lines_from(self, line: int) -> None:
        """Remove the rows from `line` on."""
        before = self.lines < line
        self.cells, self.lines = self.cells[before].reset_index(drop=True), self.lines[before]

    def faulty_rows(self, faults: Faults) -> dict[int, list[str]]:
        """For each row with one of these faults: line number -> its cells, in the order of the file's columns."""
        positions = np.flatnonzero(np.isin(self.lines, list(faults.lines)))
        cells = self.cells.iloc[positions].to_numpy(dtype=object).tolist()
        return {**dict(zip(self.lines[positions].tolist(), cells, strict=True)), **faults.salvaged}


def read_chunk(file: BinaryIO, layout: Layout, begin: Cursor, *, size: int = CHUNK_BYTES, rows: int | None = None) -> Chunk:
    """Read a chunk that starts at `begin`: at most `size` bytes and `rows` rows (None: `CHUNK_ROWS`, and `FIRST_ROWS` at the beginning of the
    file). `size` must be at least twice the longest record.

    A chunk may be empty without being the last.
    """
    file.seek(begin.offset)
    block = file.read(size)
    last = len(block) < size or not file.read(1)
    if last:
        block = _without_end_mark(block)
    shape = records.Shape(layout.delimiter, len(layout.columns), layout.fewest_cells)
    if rows is None:
        rows = FIRST_ROWS if begin.offset == layout.rows_at else CHUNK_ROWS
    found = records.split(block, shape, line=begin.line, last=last, limit=rows)
    end = Cursor(begin.offset + found.consumed, begin.line + found.newlines)
    if found.cut:
        end = _after_line(file, end)
    cells, lines = _without_blanks(_cells(block, found, layout), found.lines)
    return Chunk(
        cells=cells,
        lines=lines,
        faults=_broken_lines(found, layout),
        begin=begin,
        end=end,
        last=last and found.consumed == len(block),
    )


def _without_end_mark(block: bytes) -> bytes:
    """The last block of a file without the end-of-file characters (U+001A) that some programs write there."""
    end = len(block.rstrip(END_MARK + b"\r\n"))
    return block if END_MARK not in block[end:] else block[: block.index(END_MARK, end)]


def _after_line(file: BinaryIO, cursor: Cursor) -> Cursor:
    """Skip the rest of a line that is longer than a chunk."""
    file.seek(cursor.offset)
    offset = cursor.offset
    while piece := file.read(CHUNK_BYTES):
        newline = piece.find(b"\n")
        if newline >= 0:
            return Cursor(offset + newline + 1, cursor.line + 1)
        offset += len(piece)
    return Cursor(offset, cursor.line)


def _cells(block: bytes, found: records.Records, layout: Layout) -> pd.DataFrame:
    if not found.starts.size:
        return pd.DataFrame({name: pd.Series([], dtype=_TEXT) for name in layout.names})
    names = [name or f"_{index}" for index, name in enumerate(layout.columns)]
    valid_bytes = _valid_bytes(block, found, layout)
    table = pa.csv.read_csv(
        io.BytesIO(valid_bytes),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=len(valid_bytes) + 1, use_threads=False),
        parse_options=pa.csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=b'"' in valid_bytes),
        convert_options=pa.csv.ConvertOptions(
            include_columns=layout.names, column_types=dict.fromkeys(layout.names, pa.string()), strings_can_be_null=False
        ),
    )
    if table.num_rows != found.starts.size:
        raise RuntimeError(f"{found.starts.size} records were found and {table.num_rows} were read")
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.string(): _TEXT}.get)
    return pd.DataFrame({name: frame[name].str.strip() for name in layout.names})


def _valid_bytes(block: bytes, found: records.Records, layout: Layout) -> bytes:
    """The valid records only, each on a line of its own and with all its cells. If every record is valid, the block itself."""
    if not found.regular:
        mark = layout.delimiter.encode()
        lacking = len(layout.columns) - found.cells
        spans = zip(found.starts.tolist(), found.ends.tolist(), lacking.tolist(), strict=True)
        return b"\n".join(block[start:end] + mark * cells for start, end, cells in spans) + b"\n"
    if not found.broken and found.starts.size == found.newlines + (not block[: found.consumed].endswith(b"\n")):
        return block[: found.consumed]
    # Adjacent records are copied together: a run ends where something other than a line end is between two records.
    gaps = np.flatnonzero(found.starts[1:] - found.ends[:-1] > 2) + 1
    firsts = np.concatenate(([0], gaps))
    finals = np.concatenate((gaps, [found.starts.size])) - 1
    runs = zip(found.starts[firsts].tolist(), found.ends[finals].tolist(), strict=True)
    return b"\n".join(block[start:end] for start, end in runs) + b"\n"


def _without_blanks(cells: pd.DataFrame, lines: npt.NDArray[np.int64]) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Remove rows that only have delimiters: spreadsheet programs write them after the last row."""
    filled = (cells != "").any(axis=1).to_numpy(dtype=np.bool_)
    if filled.all():
        return cells, lines
    return cells[filled].reset_index(drop=True), lines[filled]


def _broken_lines(found: records.Records, layout: Layout) -> Faults:
    faults = Faults()
    for broken in found.broken:
        cells = _separated(broken.text, layout)
        message = records.MESSAGES[broken.code].format_map(_words_for(cells, layout))
        faults.add(Fault(broken.line, WHOLE_ROW, shortened(broken.text), broken.code, message))
        faults.salvaged[broken.line] = _salvaged(cells, layout)
    return faults


def _separated(text: str, layout: Layout) -> list[str]:
    """The cells of a broken line, as far as they can be separated, without empty ones after the last column."""
    cells = next(csv.reader([storable(text).replace("\r", " ")], delimiter=layout.delimiter), [])
    while len(cells) > len(layout.columns) and not cells[-1].strip():
        cells.pop()
    return cells


def _words_for(cells: list[str], layout: Layout) -> dict[str, str]:
    """What the message about the number of cells says, with its advice."""
    delimiter = _DELIMITERS[layout.delimiter]
    if len(cells) == 1:
        advice = f"Separate the cells by {delimiter}, and do not put the whole row in quotes."
    elif len(cells) < len(layout.columns):
        advice = "Add the missing cells; a cell may be empty."
    else:
        advice = f"Put a cell that contains {delimiter} in quotes, and remove cells after the last column."
    counts = {"cells": len(cells), "columns": len(layout.columns)}
    words = {name: f"{count} {name if count != 1 else name.removesuffix('s')}" for name, count in counts.items()}
    return {**words, "advice": advice}


def _salvaged(cells: list[str], layout: Layout) -> list[str]:
    """The cells of a broken line, one for each named column."""
    cells = [*cells[: len(layout.columns) - 1], layout.delimiter.join(cells[len(layout.columns) - 1 :])]
    cells += [""] * (len(layout.columns) - len(cells))
    return [cell for cell, name in zip(cells, layout.columns, strict=True) if name is not None]
