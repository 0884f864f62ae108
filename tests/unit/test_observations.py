"""Counting many values at once has the same result as counting them one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import generate_latest

from core.telemetry.observations import observe_all

EIGHTHS = st.integers(0, 80).map(lambda number: number / 8)
"""Their sums are exact in any order."""


@given(st.lists(EIGHTHS))
def test_many_values_at_once_are_counted_as_one_by_one(values: list[float]) -> None:
    pages = []
    for at_once in (True, False):
        registry = CollectorRegistry()
        series = Histogram("seconds", "Time", ["stage"], buckets=(0.125, 1, 2.5, 5), registry=registry).labels("wait")
        if at_once:
            observe_all(series, values)
        else:
            for value in values:
                series.observe(value)
        pages.append([line for line in generate_latest(registry).decode().splitlines() if "created" not in line])
    assert pages[0] == pages[1]
