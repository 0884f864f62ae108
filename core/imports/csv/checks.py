"""Check the cells of one column of a chunk. Of several rules that a cell breaks, the first is reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.imports.csv.faults import Fault, shortened
from core.imports.csv.spreadsheet import unguarded
from core.text.characters import UnusableCharacter, clean, strip_invisible, why_not_plain

Mask = npt.NDArray[np.bool_]

_TIMESTAMP = pa.timestamp("us", tz="UTC")


class Check:
    """The cells of one column of a chunk, and the faults found in them.

    `cells`: the trimmed text of each row, without the apostrophe that our files have before what a spreadsheet would change. `good`: for each row, whether its cell has no fault so far. `column`: the name in the
    header. `required`: an empty cell is a fault.
    """

    def __init__(self, column: str, cells: pd.Series, *, required: bool) -> None:
        self.cells = unguarded(cells)
        self.good: Mask = np.ones(len(cells), dtype=np.bool_)
        self._column = column
        self._broken: list[tuple[npt.NDArray[np.intp], str, str]] = []
        if required:
            self.require(self.cells != "", "missing", "Must not be empty.")

    def require(self, holds: pd.Series, code: str, message: str) -> None:
        """Report a fault for the cells for which the rule does not hold, except for cells that have a fault already."""
        broken = self.good & ~holds.to_numpy(dtype=np.bool_)
        if broken.any():
            self._broken.append((np.flatnonzero(broken), code, message))
            self.good &= ~broken

    def clean(self, code: str) -> pd.Series:
        """The cells without invisible characters. A cell with a character that is not allowed gets a fault that names the
        character.
        """
        foreign = _beyond_ascii(self.cells)
        if not foreign.size:
            return self.cells
        cells = self.cells.copy()
        for position in foreign.tolist():
            try:
                cells.iloc[position] = clean(cells.iloc[position]).strip()
            except UnusableCharacter as error:
                self.refuse(np.array([position]), code, str(error))
        return cells

    def plain(self, code: str, message: str, cells: pd.Series | None = None) -> pd.Series:
        """The cells (or `cells`) without invisible characters. A cell that still has a character beyond ASCII gets a fault that names
        the character before `message`. So `upper()` of the good cells only changes the letters a to z.
        """
        texts = self.cells if cells is None else cells
        foreign = _beyond_ascii(texts)
        if foreign.size:
            texts = texts.copy()
            for position in foreign.tolist():
                texts.iloc[position] = strip_invisible(texts.iloc[position]).strip()
                if why := why_not_plain(texts.iloc[position]):
                    self.refuse(np.array([position]), code, why + message)
        return texts

    def refuse(self, positions: npt.NDArray[np.intp], code: str, message: str) -> None:
        """Report a fault for the cells at these positions, except for cells that have a fault already."""
        broken = positions[self.good[positions]]
        if broken.size:
            self._broken.append((broken, code, message))
            self.good[broken] = False

    def to_integers(self, texts: pd.Series) -> pd.Series:
        """Good cells as numbers. Call it after the form of the cells was checked."""
        return pd.Series(pc.cast(pa.array(texts.where(self.good, "0")), pa.int64()).to_numpy())

    def to_timestamps(self, texts: pd.Series) -> pd.Series:
        """Good cells as UTC times; NaT for a date that does not exist (30 February)."""
        shaped = pa.array(texts.where(self.good, "2000-01-01T00:00Z"))
        try:
            timestamps = pc.cast(shaped, _TIMESTAMP)
        except pa.ArrowInvalid:  # a cell has a date that does not exist: convert cell by cell, which is slower and finds it
            return pd.to_datetime(pd.Series(shaped.to_pylist()), format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
        return pd.Series(pd.DatetimeIndex(timestamps.to_numpy(zero_copy_only=False)).tz_localize("UTC"))

    def faults(self, lines: npt.NDArray[np.int64]) -> Iterator[Fault]:
        """The faults. `lines`: the line number of each cell."""
        if not self._broken:
            return
        # Converted to a list once, because a file may have a fault in every cell.
        cells = self.cells.tolist()
        for positions, code, message in self._broken:
            yield from faults_at(positions, cells, lines, self._column, code, message)


def _beyond_ascii(cells: pd.Series) -> npt.NDArray[np.intp]:
    """The positions of the cells with characters beyond ASCII."""
    return np.flatnonzero(~pc.string_is_ascii(pa.array(cells)).to_numpy(zero_copy_only=False))


def faults_at(
    positions: npt.NDArray[np.intp], cells: Sequence[str], lines: npt.NDArray[np.int64], column: str, code: str, message: str
) -> Iterator[Fault]:
    """The same fault for the cells at some positions of a chunk."""
    for position, line in zip(positions.tolist(), lines[positions].tolist(), strict=True):
        yield Fault(line, column, shortened(cells[position]), code, message)
