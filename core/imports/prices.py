"""Prices of a file and the decimals of their currencies. A price without a currency is in that of its flight, which the file does not say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core import money
from core.imports.csv.checks import Mask

_ANY_DECIMAL = r"\.0*[1-9]"
_THIRD_DECIMAL = r"\.[0-9]{2}[1-9]"


def fit(prices: pd.Series, currencies: pd.Series) -> Mask:
    """For each row, whether its price has no more decimals than its currency. A row without a currency fits."""
    places = currencies.map({code: money.places_of(code) for code in currencies.dropna().unique()}).to_numpy(dtype=np.float64)
    fits: Mask = np.ones(len(prices), dtype=np.bool_)
    fits &= ~((places < 1) & prices.str.contains(_ANY_DECIMAL).to_numpy(dtype=np.bool_))
    fits &= ~((places < money.MOST_PLACES) & prices.str.contains(_THIRD_DECIMAL).to_numpy(dtype=np.bool_))
    return fits


def may_not_fit(rows: pa.Table) -> bool:
    """Whether a row without a currency has more decimals than most currencies: whether it may, its flight knows."""
    odd = pc.and_(pc.is_null(rows["currency"]), pc.match_substring_regex(rows["price"], _THIRD_DECIMAL))
    return bool(pc.any(odd).as_py())
