"""Import a season with thousands of bad rows, through HTTP and a real worker: once undisturbed, and once with the worker killed twice. Both imports
must have the same result. Then the failed rows are corrected and sent again, and the whole file a second time.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from core.invariants import checker
from loadtests.bench.imports import ImportClient, clear
from loadtests.bench.installation.schedule import DirtyFile, make_dirty, schedule
from loadtests.bench.installation.stack import Stack, running

ROWS = 300_000
KILLS = (0.2, 0.6)
"""The shares of the rows after which the worker is killed."""
BROKER_SECONDS = 120.0
COUNTS = ("created", "updated", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import, without ids and times."""

    counts: dict[str, int]
    flights: str
    faults: str


def result_of(stack: Stack, job: str, status: dict[str, Any]) -> ImportResult:
    with stack.connect() as connection:
        flights = connection.execute(
            """
            SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', flight_number, departure_ts, source, destination, source_iata,
                destination_iata, arrival_ts, departure_date, total_seats, price, currency, version), E'\\n'
                ORDER BY flight_number, departure_ts)) FROM flights
            """
        ).fetchone()
        faults = connection.execute(
            """
            SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', line, "column", value, code, message, raw), E'\\n' ORDER BY line,
                "column")) FROM import_errors WHERE import_id = %s AND code <> 'read_as'
            """,
            (job,),
        ).fetchone()
    assert flights is not None
    assert faults is not None
    return ImportResult({name: status[name] for name in COUNTS}, str(flights[0]), str(faults[0]))


def import_with_kills(stack: Stack, import_client: ImportClient, data: bytes, worker: int) -> tuple[str, dict[str, Any]]:
    """Import with a worker that is killed at each of `KILLS`; each time another one is started at once."""
    job = import_client.upload(data)
    for share in KILLS:
        while (status := import_client.status(job))["progress"]["percent"] < share * 100:
            time.sleep(0.05)
        if status["status"] != "IN_PROGRESS":
            raise RuntimeError(f"the import was finished before it could be killed: {status}")
        os.kill(worker, signal.SIGKILL)
        worker = stack.start_worker()
        print(f"killed at {status['progress']['percent']} %", flush=True)
    return job, import_client.wait(job)


def corrected(failed: bytes, dirty: DirtyFile) -> bytes:
    """The failed rows, corrected. A surplus row stays as it is."""
    header, *rows = csv.reader(io.StringIO(failed.decode("utf-8-sig"), newline=""))
    line_column = header.index("_line")
    lines = [int(row[line_column]) for row in rows]
    if lines != sorted(dirty.corrected):
        raise RuntimeError("the failed rows are not the bad rows, in the order of the file")
    text = io.StringIO()
    corrected_rows = [
        [*(dirty.corrected[line] or row[: len(header) - 3]), *row[-3:]] for line, row in zip(lines, rows, strict=True)
    ]
    csv.writer(text).writerows([header, *corrected_rows])
    return text.getvalue().encode()


def expect(what: str, status: dict[str, Any], **counts: int) -> None:
    found = {name: status[name] for name in COUNTS}
    wanted = dict.fromkeys(COUNTS, 0) | counts
    print(f"{what}: {found}", flush=True)
    if found != wanted or status["status"] != "COMPLETED" or status["progress"]["total"] != sum(wanted.values()):
        raise RuntimeError(f"{what}: {wanted} were expected, and it is {status['status']} with {status['progress']}")


def remaining_violations(stack: Stack) -> list[str]:
    """The violations that remain after the broker has had time to give the messages of the killed workers to others."""
    deadline = time.monotonic() + BROKER_SECONDS
    with stack.connect() as connection, stack.redis() as client:
        while (violations := checker.check(connection, client)) and time.monotonic() < deadline:
            time.sleep(1)
    return [str(violation) for violation in violations]


def main() -> int:
    """The exit code is 1 when the two results differ, when a count is wrong, or when an invariant is violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    dirty = make_dirty(schedule(parser.parse_args().rows))
    bad = len(dirty.corrected)
    twice = sum(cells is None for cells in dirty.corrected.values())
    with running("loadtests.bench.installation.app:create_app") as stack:
        import_client = ImportClient(stack)
        job = import_client.upload(dirty.data)
        status = import_client.wait(job)
        expect("undisturbed", status, created=dirty.good, failed=bad)
        undisturbed = result_of(stack, job, status)
        clear(stack)
        job, status = import_with_kills(stack, import_client, dirty.data, stack.workers[0])
        expect("killed twice", status, created=dirty.good, failed=bad)
        is_same = result_of(stack, job, status) == undisturbed
        print(
            "both results are the same" if is_same else "THE RESULTS DIFFER",
            undisturbed.flights,
            undisturbed.faults,
            sep="; ",
            flush=True,
        )
        expect("the same file again", import_client.wait(import_client.upload(dirty.data)), skipped=dirty.good, failed=bad)
        failed = import_client.client.get(status["failed_rows_url"]).raise_for_status().content
        # In the file of failed rows, a surplus row has no other row with its key, so it changes the price of its flight.
        expect(
            "the failed rows, corrected",
            import_client.wait(import_client.upload(corrected(failed, dirty))),
            created=bad - twice,
            updated=twice,
        )
        violations = remaining_violations(stack)
    for violation in violations:
        print(violation)
    return 0 if is_same and not violations else 1


if __name__ == "__main__":
    raise SystemExit(main())
