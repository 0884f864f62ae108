"""Goals 10, 11 and 12: imports, cached searches and itineraries, with the benches that measure each of them."""

from __future__ import annotations

import statistics

from core.invariants import checker
from loadtests.bench import imports, itineraries, search
from loadtests.bench.installation.stack import running
from loadtests.bench.search import SHORT_SECONDS
from loadtests.goals.goal import Figure, Row, RunLength, median_with_range

ROWS = 100_000
MEMORY_MB = 300.0
MAX_GROWTH = 1.25
"""The peak memory of the largest file may be so many times that of the smallest."""


def row_10(run_length: RunLength) -> Row:
    row = Row(10, f"import of {ROWS:,} rows / COPY of the same rows into the same indexed table")
    found = imports.rates(ROWS, run_length.rounds)
    copies = median_with_range(found["copy"])
    row.figures.append(
        Figure("new flights", found["ratio"], 0.75, sides=f"{median_with_range(found['import'])} / {copies} rows a second")
    )
    row.figures.append(
        Figure(
            "the same file again", found["ratio_again"], 2, sides=f"{median_with_range(found['again'])} / {copies} rows a second"
        )
    )
    peaks = imports.memory(imports.MEMORY_ROWS)
    smallest, largest = peaks[min(peaks)], peaks[max(peaks)]
    sides = ", ".join(f"{rows:,} rows {peak:.0f} MB" for rows, peak in peaks.items())
    row.figures.append(
        Figure("peak memory of the import process", max(peaks.values()), MEMORY_MB, at_least=False, unit=" MB", sides=sides)
    )
    row.figures.append(Figure("largest file / smallest", largest / smallest, MAX_GROWTH, at_least=False))
    row.violations = [str(each) for each in range(found["violations"])]
    row.data = {**found, "peaks": {str(rows): peak for rows, peak in peaks.items()}}
    return row


def row_11() -> Row:
    row = Row(11, "cached search / no-op GET; recomputations for each expiry under 500 clients")
    with running(search.APP, workers=0) as stack:
        search.insert_flights(stack)
        cached = search.cached_against_noop(stack)
    mine, other = zip(*cached, strict=True)
    ratio = statistics.median(one / another for one, another in cached)
    row.figures.append(Figure("64 clients", ratio, 1.2, sides=f"{median_with_range(mine)} / {median_with_range(other)} a second"))
    with running(search.APP, workers=0, environment={"SKYQUEUE_SEARCH_CACHE_SECONDS": str(SHORT_SECONDS)}) as stack:
        search.insert_flights(stack)
        expiry = search.concurrent_clients(stack, SHORT_SECONDS)
        with stack.connect() as connection, connection.transaction():
            row.violations = [str(each) for each in checker.check(connection, None)]
    each = expiry.computed / expiry.lifetimes
    sides = f"computed {expiry.computed} times in {expiry.lifetimes:.1f} lifetimes"
    row.figures.append(Figure("recomputations for each expiry", each, 1.05, at_least=False, sides=sides))
    row.data = {"cached": cached, "computed": expiry.computed, "lifetimes": expiry.lifetimes}
    return row


def row_12(flights_a_day: int) -> Row:
    row = Row(12, f"itineraries with two stops, {flights_a_day:,} flights a day, 500 places")
    found = itineraries.measure(flights_a_day)
    for by in ("price", "fastest"):
        row.figures.append(Figure(f"p50 by {by}", found[by]["p50"], 3, at_least=False, unit=" ms", sides="of its thread"))
        row.figures.append(Figure(f"p99 by {by}", found[by]["p99"], 20, at_least=False, unit=" ms"))
    row.figures.append(Figure("p50 over HTTP", found["http"]["p50"], 6, at_least=False, unit=" ms"))
    row.violations = [f"{found['wrong']} results differ from brute force"] if found["wrong"] else []
    row.data = found
    return row
