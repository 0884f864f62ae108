"""Export flights as a CSV file that can be imported again. If it is imported unchanged, every row is skipped."""

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
"""How many exports one process runs at a time. Each uses a connection, and its long snapshot delays VACUUM."""
STATEMENT_MS: Final = 120_000
MEMORY_BYTES: Final = 1024 * 1024
"""A larger file is kept on disk until it is downloaded. It is complete before the download begins, so a slow client does not hold
a connection.
"""

_CELLS: Final = {
    # With an apostrophe before a value that a spreadsheet program would change; the import removes it.
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
    """Wait until fewer than `AT_ONCE` exports are running.

    Raises:
        Unavailable: the others did not end in time.
    """
    if not _turns.acquire(timeout=1):
        raise Unavailable("Too many exports are running now. Try again in a few seconds.", retry_after=5)
    try:
        yield
    finally:
        _turns.release()


def export_flights(connection: RawConnection, wanted: FlightFilter, sort: FlightSort) -> SpooledTemporaryFile[bytes]:
    """All flights that match the filter, from one snapshot of the database, in the columns of the import. Call it inside `turn`.
    The file is at its beginning, and the caller closes it.
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
