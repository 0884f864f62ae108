"""The distinct rows of an Arrow table. Arrow's own `group_by` could do it too, but loads Arrow's query engine, which needs 17 MB in each
worker.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

_TEXT = pd.StringDtype("pyarrow")


def distinct(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The values of `columns`, each combination once."""
    selected = table.select(columns)
    frame: pd.DataFrame = selected.to_pandas(types_mapper={pa.string(): _TEXT}.get, date_as_object=False)
    return selected.filter(pa.array(~frame.duplicated().to_numpy()))
