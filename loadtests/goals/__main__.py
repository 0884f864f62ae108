"""`make bench`: measure every performance goal, one row for each, with both sides in one run. `ROWS=1,2,13` measures some of them.

The exit status is 0 when every target of the rows that were run is met, 1 when one is missed, 2 when an invariant was violated.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from loadtests import charts
from loadtests.bench.installation.stack import Stack, running
from loadtests.goals import drain, endurance, growth, imports_and_searches, overload, requests, throughput
from loadtests.goals.bench import Bench
from loadtests.goals.goal import Row, RunLength

FOLDER: Final = Path(".cache/bench")
APP: Final = "loadtests.bench.installation.app:create_app"
ON_ONE_STACK: Final[dict[int, Callable[[Bench, RunLength], Row]]] = {
    1: throughput.row_1,
    2: throughput.row_2,
    3: throughput.row_3,
    6: throughput.row_6,
    7: requests.row_7,
    8: requests.row_8,
    9: requests.row_9,
    13: throughput.row_13,
    15: overload.row_15,
}
"""The rows that are measured on the same servers with the same travellers."""
ALL: Final = tuple(range(1, 17))


def main() -> int:
    options = _options()
    run_length = RunLength(options.rounds, options.seconds, options.minutes)
    started_at = time.monotonic()
    rows: list[Row] = []
    try:
        for row in _measure(options.rows, run_length, options.flights_a_day):
            rows.append(row)
            print("\n".join(row.lines()), flush=True)
    finally:
        _write(sorted(rows, key=lambda row: row.number), run_length)
    missed = sorted(row.number for row in rows if not row.is_met)
    print(f"{len(rows) - len(missed)} of {len(rows)} rows meet their targets; missed: {missed or 'none'}")
    print(f"written in {time.monotonic() - started_at:.0f} s: {FOLDER}/last.json and the plots beside it")
    if any(row.violations for row in rows):
        return 2
    return 1 if missed else 0


def _write(rows: list[Row], run_length: RunLength) -> None:
    """Write the rows that were measured, also if a later row failed."""
    machine = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "load_before": [round(each, 1) for each in os.getloadavg()],
        "rounds": run_length.rounds,
        "seconds": run_length.seconds,
        "minutes": run_length.minutes,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "last.json").write_text(json.dumps({"machine": machine, "rows": [row.as_data() for row in rows]}, indent=1))
    charts.draw_bench({row.number: row.data for row in rows if not row.violations}, FOLDER)


def _measure(wanted: tuple[int, ...], run_length: RunLength, flights_a_day: int) -> Iterator[Row]:
    shared = [number for number in wanted if number in ON_ONE_STACK]
    if shared:
        with running(APP) as stack:
            bench = Bench(stack)
            bench.book(64, 1.0)  # warm-up
            yield from _measure_on(stack, bench, shared, run_length)
    if {4, 5} & set(wanted):
        with running(APP, workers=0) as stack:
            rows = drain.rows_4_and_5(stack, run_length)
        yield from (row for row in rows if row.number in wanted)
    alone: dict[int, Callable[[], Row]] = {
        10: lambda: imports_and_searches.row_10(run_length),
        11: imports_and_searches.row_11,
        12: lambda: imports_and_searches.row_12(flights_a_day),
        14: lambda: endurance.row_14(run_length),
        16: lambda: growth.row_16(run_length),
    }
    for number in wanted:
        if number in alone:
            yield alone[number]()


def _measure_on(stack: Stack, bench: Bench, numbers: list[int], run_length: RunLength) -> Iterator[Row]:
    for number in numbers:
        row = ON_ONE_STACK[number](bench, run_length)
        row.violations = throughput.violations(stack)
        yield row


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="loadtests.goals", description=__doc__)
    parser.add_argument("--rows", type=_rows, default=ALL, help="such as 1,2,13; without it, all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each side in each round")
    parser.add_argument("--minutes", type=float, default=1.5, help="of goal 14, which speaks of 30")
    parser.add_argument("--flights-a-day", type=int, default=100_000, help="of goal 12")
    return parser.parse_args()


def _rows(text: str) -> tuple[int, ...]:
    numbers = tuple(int(each) for each in text.split(",") if each)
    if not numbers or not set(numbers) <= set(ALL):
        raise argparse.ArgumentTypeError(f"rows are numbers from 1 to {ALL[-1]}")
    return numbers


if __name__ == "__main__":
    sys.exit(main())
