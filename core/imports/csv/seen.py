"""Find duplicate flights within one file. It takes eight bytes of memory for each row, so the file may have any length."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


class SeenKeys:
    """Natural keys (flight number and departure) as 64-bit hashes, in sorted runs that are merged as they grow.

    In a file with a million rows, the probability that two different keys have the same hash is 3 in 10^8. The later row would
    then be refused as a duplicate.
    """

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def add(self, flight_numbers: pd.Series, departures: pd.Series, eligible: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """For each row, whether it is the first one with its key. Rows that are not eligible are not recorded."""
        hashes = _hashes(flight_numbers, departures)
        first = ~pd.Series(np.where(eligible, hashes, 0)).duplicated().to_numpy(dtype=np.bool_)
        first |= ~eligible
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            first &= run[places] != hashes
        self._keep(np.sort(hashes[first & eligible]))
        return first

    def _keep(self, run: Hashes) -> None:
        # Runs double in length, as in a log-structured merge tree: each key is merged log(n) times, and there are log(n) runs to
        # search.
        if not run.size:
            return
        while self._runs and self._runs[-1].size < 2 * run.size:
            run = np.concatenate((self._runs.pop(), run))
            run.sort()  # in place: a stable sort takes as much memory again
        self._runs.append(run)


def _hashes(flight_numbers: pd.Series, departures: pd.Series) -> Hashes:
    numbers = pd.util.hash_pandas_object(flight_numbers, index=False).to_numpy(dtype=np.uint64)
    hashes = pd.util.hash_array(departures.astype("int64").to_numpy())
    return np.asarray((numbers * _ODD) ^ hashes, dtype=np.uint64)
