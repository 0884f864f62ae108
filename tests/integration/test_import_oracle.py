"""Random files with every kind of fault, compared with a reference import that reads them row by row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from decimal import Decimal
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
import redis as redis_py
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.clock import new_id
from core.db import Database
from core.imports import service
from core.imports.csv.header import read_layout
from core.imports.csv.reader import read_chunk
from core.imports.models import ImportMode, ImportTimes
from core.imports.storage.folder import FolderStorage, folder_storage
from tests.support.import_reference import REQUIRED, Flight, Key, Reference, Result
from workers.imports import run
from workers.imports.protocol import Ending

EXAMPLES = int(os.environ.get("SKYQUEUE_TEST_FILES", "25"))
"""Set it to some thousands for a thorough look."""

CELLS = {
    "flight_number": (["AI-1", "ai-2", "6E-3", " AI-4 "], ["", "A", "AI 2", "=1+1", "ＡＩ-1", "AI-", "A" * 17, "NaN"]),
    "source": (
        ["Delhi", "DEL", "LHR", "new  delhi", "Heathrow", "'Pune", "Bogotá", "Cali", "San Jose", "Paris, TX", "London (LHR)", "D\u200belhi"],
        ["", "D", "<b>x</b>", "x" * 81, "Two\nlines", "London", "Dehli", "NYC", "NULL", "nan", "TSE", "del", "Dеlhi", "D\ufffdlhi", "'=Town"],
    ),
    "destination": (["Mumbai", "BOM", "Lyon", "Miami", "Liberia", "Delhi"], ["", "M", "{x}", "Paris", "Lost City", "'-Town"]),
    "departure_ts": (
        ["2030-03-30T06:00:00Z", "2030-03-30 11:30+05:30", "2030-03-30T06:00z", "2030-03-31T06:00:00.5Z", "2030-03-31T01:30", "2030-03-30 10:00"],
        ["", "2030-02-30T00:00Z", "25/12/2030 10:00", "1999-12-31T23:59:59Z", "2030-10-27T01:30", "2100-01-01T00:00Z", "2030-01-01", "44927.25"],
    ),
    "arrival_ts": (
        ["2030-04-01T06:00:00Z", "2030-04-01T11:30:00+0530", "2030-04-01T09:00", "2030-03-31T00:00Z"],
        ["", "2029-01-01T00:00Z", "2030-12-01T06:00:00Z", "2030-04-02T06:00:00.000001Z", "2030-10-27T02:30", "2030-13-01T00:00Z", "2030-01-01T25:00Z"],
    ),
    "total_seats": (["5", "150", "0150", " 12", "180", "9"], ["", "0", "1e3", "12.0", "１２", "1001", "-5", "1 000", "9" * 30]),
    "price": (["7500", "7500.00", "0.5", "99999999.99"], ["", "1,5", "NaN", "-1", "1.234", "1.500", "1e3", "100000000", "₹5", "1.", ".5", "+1"]),
    "currency": (["", "usd", "INR"], ["R$", "rupees"]),
    "cabin": (["", "a320-180", "C208-9", "none"], ["A320", "NaN"]),
    "_note": (["", "seen", "two\nlines", "=A1"], ["x"]),
}  # fmt: skip
BROKEN = [
    b'AI-1,"Delhi,Mumbai', b'AI-1,"De"lhi,Mumbai', b'AI-1,De"lhi,x', b"AI-1,Delhi", b"AI-1\0,x", b"AI-1,D\xe9lhi,a,b,c,d,e", b"a\rb",
    b'"', b'""', b'"x"y', b";;;;;;;", b",,,,,,", b",,,,,,,", b"\t\t\t\t\t\t", b"   ", b"", b"\r", b'","', b"x,\rx",
]  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """One file: header, delimiter, line ends, rows of every kind."""
    columns = [*REQUIRED, *draw(st.sampled_from([(), ("currency",), ("cabin",), ("_note", "currency", "cabin")]))]
    columns = draw(st.permutations(columns))
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    newline = draw(st.sampled_from([b"\n", b"\r\n"]))
    dirt = draw(st.sampled_from([0.0, 0.05, 0.3]))
    random = draw(st.randoms(use_true_random=False))
    lines = [delimiter.join(columns).encode()]
    for _ in range(draw(st.integers(0, 20))):
        if random.random() < dirt:
            lines.append(random.choice(BROKEN).replace(b",", delimiter.encode()))
            continue
        cells = [random.choice(CELLS[name][random.random() < dirt / 2]) for name in columns]
        if random.random() < dirt / 4:
            cells = cells[:-1] if random.random() < 0.5 else [*cells, "more"]
        lines.append(delimiter.join(_written(cell, delimiter, random.random() < 0.2) for cell in cells).encode())
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    end = draw(st.sampled_from([b"", newline, newline * 3]))
    return mark + newline.join(lines) + end


def _written(cell: str, delimiter: str, quoted: bool) -> str:
    if quoted or any(letter in cell for letter in (delimiter, '"', "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def take(
    db: Database, client: redis_py.Redis, storage: FolderStorage, data: bytes, *, create: bool, dry_run: bool, local: bool
) -> Result:
    """Through the importer."""
    import_id = new_id()
    upload = storage.receive(service.storage_key(import_id))
    upload.write(data)
    with db.transaction() as connection:
        service.accept(
            connection,
            import_id,
            upload.keep(),
            read_layout(data),
            user_id=None,
            mode=ImportMode.CREATE if create else ImportMode.UPSERT,
            dry_run=dry_run,
            times=ImportTimes.LOCAL if local else ImportTimes.ZONED,
        )
    assert run.run_import(db, client, storage, import_id) is Ending.COMPLETED
    with db.snapshot() as connection:
        counted = connection.execute(
            "SELECT created, updated, skipped, failed, processed, total_rows FROM imports WHERE id = %s", (import_id,)
        ).fetchone()
        errors = connection.execute(
            """SELECT line, "column", code FROM import_errors WHERE import_id = %s AND code <> 'read_as'""",
            (import_id,),
        ).fetchall()
    assert counted is not None
    *outcomes, processed, total = counted
    assert sum(outcomes) == processed == total
    return Result(dict(zip(("created", "updated", "skipped", "failed"), outcomes, strict=True)), sorted(errors))


def flights_of(db: Database) -> dict[Key, Flight]:
    with db.snapshot() as connection:
        rows = connection.execute(
            "SELECT flight_number_key, departure_ts, source, source_iata, destination, destination_iata, arrival_ts, total_seats, price, currency, seats_held, seats_sold,"
            " status, cabin, version FROM flights"
        ).fetchall()
    return {
        (number, departure.astimezone(UTC)): Flight(
            (source, source_iata),
            (destination, destination_iata),
            arrival.astimezone(UTC),
            total,
            Decimal(price),
            currency,
            held,
            sold,
            status == "CANCELLED",
            cabin,
            version,
        )
        for number, departure, source, source_iata, destination, destination_iata, arrival, total, price, currency, held, sold, status, cabin, version in rows
    }


def sell_and_cancel(db: Database, reference: Reference) -> None:
    """Every other flight has seats held and sold, every fifth is cancelled: on both sides."""
    with db.transaction() as connection:
        connection.execute(
            """
            UPDATE flights f SET seats_held = CASE WHEN n % 2 = 0 THEN least(2, total_seats) ELSE 0 END,
                                 seats_sold = CASE WHEN n % 2 = 0 THEN least(9, total_seats - 2) ELSE 0 END,
                                 status = CASE WHEN n % 5 = 0 THEN 'CANCELLED' ELSE status END
            FROM (SELECT id, row_number() OVER (ORDER BY flight_number, departure_ts) AS n FROM flights) AS numbered
            WHERE f.id = numbered.id AND total_seats > 2
            """
        )
    reference.flights = flights_of(db)


@contextmanager
def chunks_of(rows: int) -> Iterator[None]:
    with patch.object(run, "read_chunk", partial(read_chunk, rows=rows)):
        yield


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("examples", [8, pytest.param(EXAMPLES, marks=pytest.mark.variant)])
def test_the_importer_does_what_a_person_would_do(db: Database, redis_url: str, tmp_path: Path, examples: int) -> None:
    storage = folder_storage(tmp_path)

    @settings(
        max_examples=examples,
        derandomize=examples <= 25,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        first=files(),
        second=files(),
        rows=st.sampled_from([2, 3, 7, 20_000, 20_000]),
        create=st.booleans(),
        dry_run=st.booleans(),
        local=st.booleans(),
    )
    def agrees(first: bytes, second: bytes, rows: int, create: bool, dry_run: bool, local: bool) -> None:
        with db.transaction() as connection:
            connection.execute("DELETE FROM imports")
            connection.execute("DELETE FROM flights")
        reference = Reference()

        def compare(data: bytes, *, create: bool = False, dry_run: bool = False) -> None:
            done = take(db, client, storage, data, create=create, dry_run=dry_run, local=local)
            expected = reference.take(data, create=create, dry_run=dry_run, local=local)
            assert done == expected
            assert flights_of(db) == reference.flights

        with chunks_of(rows):
            compare(first)
            sell_and_cancel(db, reference)
            compare(second, create=create, dry_run=dry_run)
            compare(second)

    with redis_py.Redis.from_url(redis_url) as client:
        agrees()
