"""The column `cabin` of a file: the number of seats of each cabin, and the cabins of new flights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.flights.staging import NO_CABIN
from core.seats.cabins.catalogue import CABINS


def sizes(names: pd.Series) -> npt.NDArray[np.float64]:
    """For each row the number of seats of its cabin; NaN if the row has no cabin."""
    codes, distinct = pd.factorize(names)
    known = [CABINS[name].size if name in CABINS else np.nan for name in distinct.tolist()]
    return np.array([*known, np.nan])[codes]  # the code of a missing value is -1


def of_new_flights(rows: pa.Table) -> pa.ChunkedArray:
    """The column as it is stored for flights that have no cabin to keep."""
    names = rows["cabin"]
    if names.null_count == len(names):
        return names
    return pc.if_else(pc.equal(names, NO_CABIN), pa.scalar(None, pa.string()), names)
