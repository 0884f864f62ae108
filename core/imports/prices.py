"""Check that prices have no more decimals than their currency, and that nobody can read them as thousands (`7.500`). A price without a
currency is in the currency of its flight, which has to be read from the database.
"""

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
    """For each row, whether its price has at most the decimals of its currency. A row without a currency passes."""
    places = currencies.map({code: money.places_of(code) for code in currencies.dropna().unique()}).to_numpy(dtype=np.float64)
    fits: Mask = np.ones(len(prices), dtype=np.bool_)
    fits &= ~((places < 1) & prices.str.contains(_ANY_DECIMAL).to_numpy(dtype=np.bool_))
    fits &= ~((places < money.MOST_PLACES) & prices.str.contains(_THIRD_DECIMAL).to_numpy(dtype=np.bool_))
    return fits


def are_clear(prices: pd.Series, currencies: pd.Series) -> Mask:
    """For each row, whether its price cannot be a number of thousands. A row without a currency passes."""
    clear: Mask = ~prices.str.fullmatch(money.THOUSANDS).to_numpy(dtype=np.bool_)
    if not clear.all():
        places = currencies.map({code: money.places_of(code) for code in currencies.dropna().unique()}).to_numpy(dtype=np.float64)
        clear |= ~(places < money.MOST_PLACES)
    return clear


def may_not_fit(rows: pa.Table) -> bool:
    """Whether a row without a currency has more than two decimals, so that it must be compared with the currency of its flight."""
    odd = pc.and_(pc.is_null(rows["currency"]), pc.match_substring_regex(rows["price"], f"{_THIRD_DECIMAL}|^{money.THOUSANDS}$"))
    return bool(pc.any(odd).as_py())
