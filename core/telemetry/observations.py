"""Count many values in a histogram at once. A batch of bookings has hundreds, and the library counts them one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from prometheus_client import Histogram


def observe_all(series: Histogram, values: Sequence[float]) -> None:
    """As `series.observe(value)` for each of the values. `series`: a histogram with its labels."""
    if not values:
        return
    bounds = series._upper_bounds
    series._sum.inc(sum(values))
    for bucket, count in Counter(bisect_left(bounds, value) for value in values).items():
        series._buckets[bucket].inc(count)
