"""Rows per second of an import, compared with COPY of the same rows into the same table with the same indexes, both in turns in one run; and
the memory of the process that imports, by the size of the file.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from core.invariants import checker
from loadtests.bench.installation.schedule import schedule
from loadtests.bench.installation.stack import Stack, running

ROWS = 300_000
ROUNDS = 5
MEMORY_ROWS = (10_000, 100_000, 1_000_000)
TARGET, TARGET_AGAIN, TARGET_MB = 0.60, 1.2, 300
SECONDS = 300.0
COLUMNS = (
    "id, flight_number, flight_number_key, source, destination, source_iata, destination_iata, departure_ts, arrival_ts, departure_date,"
    " total_seats, price, currency"
)


class ImportClient:
    """An administrator who uploads files and waits for them."""

    def __init__(self, stack: Stack) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{stack.port}", timeout=60, headers=stack.administrator())

    def upload(self, data: bytes, **options: Any) -> str:
        response = self.client.post(
            "/admin/flights/bulk-upload", content=data, headers={"Content-Type": "text/csv"}, params=options
        )
        response.raise_for_status()
        return str(response.json()["job_id"])

    def status(self, job: str) -> dict[str, Any]:
        response: dict[str, Any] = self.client.get(f"/admin/flights/bulk-upload/status/{job}").raise_for_status().json()
        return response

    def wait(self, job: str) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            status = self.status(job)
            if status["status"] in ("COMPLETED", "FAILED", "CANCELLED"):
                return status
            time.sleep(0.1)
        raise RuntimeError(f"not done after {SECONDS:.0f} s: {status}")


def import_rate(stack: Stack, import_client: ImportClient, data: bytes, rows: int, *, expect: str) -> float:
    """Rows per second of one import from start to end, by the clock of the database. `expect`: the result of every row, for example `created`."""
    job = import_client.upload(data)
    done = import_client.wait(job)
    if done["status"] != "COMPLETED" or done[expect] != rows:
        raise RuntimeError(f"{rows} rows should be {expect}: {done}")
    with stack.connect() as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM finished_at - started_at)::float8 FROM imports WHERE id = %s", (job,)
        ).fetchone()
    assert row is not None
    return rows / float(str(row[0]))


def copy_rate(stack: Stack, data: bytes, rows: int) -> float:
    r"""Rows per second of psql's `\copy` into the empty table: its protocol, from bytes in memory, in one transaction."""
    clear(stack)
    with stack.connect() as connection:
        started_at = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(f"COPY flights ({COLUMNS}) FROM STDIN (FORMAT csv)".encode()) as copy:
            for start in range(0, len(data), 64 * 1024):
                copy.write(data[start : start + 64 * 1024])
        seconds = time.perf_counter() - started_at
        row = connection.execute("SELECT count(*) FROM flights").fetchone()
    if row != (rows,):
        raise RuntimeError(f"{row} flights instead of {rows}")
    return rows / seconds


def copied_rows(stack: Stack) -> bytes:
    """The flights in the database in the format of COPY, in the order of the file that they came from."""
    with stack.connect() as connection, connection.cursor() as cursor:
        query = f"COPY (SELECT {COLUMNS} FROM flights ORDER BY departure_ts, flight_number) TO STDOUT (FORMAT csv)"
        with cursor.copy(query.encode()) as copy:
            return b"".join(bytes(piece) for piece in copy)


def clear(stack: Stack) -> None:
    """Delete all flights and imports, and make Postgres write everything to its disk (checkpoint)."""
    with stack.connect() as connection:
        connection.execute("TRUNCATE flights, imports CASCADE")
        connection.execute("CHECKPOINT")


def peak_megabytes(pid: int) -> float:
    """The peak memory of a process in MB; without `/proc`, as on macOS, its present memory."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return psutil.Process(pid).memory_info().rss / 1024**2
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found is not None
    return int(found[1]) / 1024


def rates(rows: int, rounds: int) -> dict[str, Any]:
    """Print and return the rates of both sides, and of a second upload of the same file."""
    copies, imports, again = [], [], []
    data = schedule(rows)
    with running("loadtests.bench.installation.app:create_app") as stack:
        import_client = ImportClient(stack)
        import_rate(stack, import_client, data, rows, expect="created")  # warm-up; and what COPY reads
        whole = copied_rows(stack)
        for number in range(1, rounds + 1):
            copies.append(copy_rate(stack, whole, rows))
            clear(stack)
            imports.append(import_rate(stack, import_client, data, rows, expect="created"))
            again.append(import_rate(stack, import_client, data, rows, expect="skipped"))
            print(
                f"round {number}: COPY {copies[-1]:,.0f}/s   import {imports[-1]:,.0f}/s ({imports[-1] / copies[-1]:.2f})"
                f"   the same again {again[-1]:,.0f}/s ({again[-1] / copies[-1]:.2f})",
                flush=True,
            )
        with stack.connect() as connection, stack.redis() as client:
            violations = checker.check(connection, client)
    first = statistics.median(mine / other for mine, other in zip(imports, copies, strict=True))
    second = statistics.median(mine / other for mine, other in zip(again, copies, strict=True))
    print(
        f"import / COPY {first:.2f} (target {TARGET}); the same again / COPY {second:.2f} (target {TARGET_AGAIN}); {rows:,} rows"
    )
    for violation in violations:
        print(violation)
    return {
        "copy": copies, "import": imports, "again": again, "ratio": first, "ratio_again": second, "violations": len(violations)
    }  # fmt: skip


def memory(sizes: tuple[int, ...]) -> dict[int, float]:
    """Rows of the file -> peak memory in MB of the process that imported it. Each file has a new one."""
    peaks = {}
    lines = schedule(max(sizes)).splitlines(keepends=True)
    for rows in sizes:
        data = b"".join(lines[: rows + 1])
        with running("loadtests.bench.installation.app:create_app") as stack:
            rate = import_rate(stack, ImportClient(stack), data, rows, expect="created")
            (process,) = psutil.Process(stack.workers[0]).children()
            peaks[rows] = peak_megabytes(process.pid)
            print(
                f"{rows:>9,} rows: import process {peaks[rows]:.0f} MB at its peak (target {TARGET_MB}), its worker"
                f" {peak_megabytes(stack.workers[0]):.0f} MB, {rate:,.0f}/s",
                flush=True,
            )
    return peaks


def main() -> int:
    """The exit code is 1 when an invariant is violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--skip-memory", action="store_true")
    options = parser.parse_args()
    result: dict[str, Any] = rates(options.rows, options.rounds)
    if not options.skip_memory:
        result["peak_mb"] = memory(MEMORY_ROWS)
    print(json.dumps(result))
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
