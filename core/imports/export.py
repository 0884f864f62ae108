"""Flights as a file that the importer reads: what it gives out and takes back unchanged is skipped, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import Final

from psycopg.sql import SQL, Identifier, Literal

from core import money
from core.db import RawConnection
from core.errors import Unavailable
from core.flights import listing
from core.flights.listing import FlightFilter, FlightSort
from core.imports.csv import spreadsheet
from core.imports.csv.columns import COLUMNS
from core.imports.csv.encoding import BYTE_ORDER_MARK

AT_ONCE: Final = 2
"""Exports that one process makes at a time: each uses a connection, and its long snapshot delays VACUUM."""
STATEMENT_MS: Final = 120_000
MEMORY_BYTES: Final = 1024 * 1024
"""A larger file waits on the disk for its reader, so that no slow download keeps the database busy."""

_CELLS: Final = {
    # With an apostrophe before what a spreadsheet would change; the importer takes one away.
    **{
        name: SQL("CASE WHEN {column} ~ {risky} THEN '''' || {column} ELSE {column} END").format(
            column=Identifier(name), risky=Literal(spreadsheet.RISKY)
        )
        for name in ("flight_number", "source", "destination")
    },
    "price": SQL(money.in_units_sql("price", "currency")),
    **{
        name: SQL("to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || {fraction} || 'Z'").format(
            column=Identifier(name),
            fraction=SQL("CASE WHEN {column} = date_trunc('second', {column}) THEN '' ELSE to_char({column}, '.US') END").format(
                column=Identifier(name)
            ),
        )
        for name in ("departure_ts", "arrival_ts")
    },
}
_SELECTED: Final = SQL(", ").join(
    SQL("{cell} AS {name}").format(cell=_CELLS.get(column.name, Identifier(column.name)), name=Identifier(column.name))
    for column in COLUMNS
)
_COPY: Final = SQL("COPY (SELECT {columns} FROM flights WHERE {conditions} ORDER BY {order}) TO STDOUT (FORMAT csv, HEADER true)")

_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn among those who export.

    Raises:
        Unavailable: so many others are exporting now.
    """
    if not _turns.acquire(timeout=1):
        raise Unavailable("Others are exporting flights right now.", retry_after=5)
    try:
        yield
    finally:
        _turns.release()


def export_flights(connection: RawConnection, wanted: FlightFilter, sort: FlightSort) -> SpooledTemporaryFile[bytes]:
    """All flights that the filter lets through, of one moment, in the columns of the importer. The caller has a `turn`, and closes the
    file, which is at its beginning.
    """
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115  # the caller reads it
    file.write(BYTE_ORDER_MARK)
    try:
        connection.execute(SQL("SET LOCAL statement_timeout = {}").format(Literal(STATEMENT_MS)))
        conditions, values = listing.conditions_of(connection, wanted)
        statement = _COPY.format(columns=_SELECTED, conditions=conditions, order=listing.order_of(sort))
        with connection.cursor() as cursor, cursor.copy(statement, values) as rows:
            for block in rows:
                file.write(block)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
