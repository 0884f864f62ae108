"""The outbox: events, written in the transaction of the change that they are about. Both are committed, or neither is.

**Only events with a reader are written.** The table `event_readers` has the readers, and the types that each listens to. A writer reads
that table inside its transaction, and so holds Postgres' ACCESS SHARE lock on it until it commits. `listen` first takes the ACCESS
EXCLUSIVE lock: it waits for every transaction that read the table before, and every later transaction waits for `listen` and then sees the
new reader. So no event is lost: every change that commits after `listen` has committed writes its events. Without readers, the cost is one
read of an empty table for each transaction that has events.

**Order.** A transaction that changes a booking holds the lock of its row until it commits. So of two events of one booking, the second
gets its id after the first was committed, and a reader that takes rows in the order of their ids gets the events of each booking in their
order. Between subjects there is no order.

**At least once.** A reader deletes the rows that it takes in the transaction that stores what follows from them (`take`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
import structlog

from core.clock import new_id
from core.db import RawConnection, fetch
from core.events.domain_events import Event, EventData, EventType, read_data
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent

LISTEN_TIMEOUT_MS: Final = 1_000
"""How long `listen` waits for the transactions before it. Transactions that begin in this time wait behind it."""

_WRITE: Final = """
    INSERT INTO outbox (reader, event_id, type, subject_id, data, traceparent)
    SELECT e.reader, e.event_id, e.type, e.subject_id, e.data::jsonb, e.traceparent
    FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY
         AS e(reader, event_id, type, subject_id, data, traceparent, position)
    ORDER BY e.position
"""
_TAKE: Final = """
    WITH oldest AS MATERIALIZED (SELECT id FROM outbox WHERE reader = %s ORDER BY id LIMIT %s FOR UPDATE), taken AS (
        DELETE FROM outbox WHERE id IN (SELECT id FROM oldest)
        RETURNING id, event_id, type, subject_id, data::text, at, traceparent
    )
    SELECT event_id AS id, type, subject_id, data, at, traceparent FROM taken ORDER BY taken.id
"""

_log = structlog.get_logger(__name__)


class Reader(StrEnum):
    """The parts that can listen."""

    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event as a reader gets it. `id` is the same for every reader and every repetition, so it shows whether an event is new."""

    id: UUID
    type: EventType
    subject_id: UUID
    data: EventData
    at: datetime
    traceparent: TraceParent | None = None
    """The trace context of what caused it."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: UUID
    type: str
    subject_id: UUID
    data: str
    at: datetime
    traceparent: TraceParent | None


def write(connection: RawConnection, events: Iterable[Event], *, traces: Mapping[str, TraceParent] | None = None) -> None:
    """Write the events that a reader listens to. Pass a generator: it is not run when nobody listens. `traces`: id of a subject -> the span
    that its trace continues from; None: as in the work that writes the events.
    """
    wanted = _read_wanted(connection)
    if not wanted:
        return
    written = list(events)
    parents = spans.parents_of({event.subject_id for event in written}) if traces is None else traces
    rows = [
        (
            reader,
            event_id,
            event.type,
            event.subject_id,
            msgspec.json.encode(event.data).decode(),
            parents.get(str(event.subject_id)),
        )
        for event in written
        for event_id in (new_id(),)
        for reader, types in wanted
        if event.type in types
    ]
    if rows:
        connection.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def listen(connection: RawConnection, reader: Reader, types: Collection[EventType]) -> None:
    """From the commit of this transaction on, events of exactly these types are written for this reader; with no types, none.

    Call it only if the types change (`find_types`), because all transactions that write events wait for it.

    Raises:
        psycopg.errors.LockNotAvailable: another transaction has run for longer than `LISTEN_TIMEOUT_MS`. Nothing has changed; try again.
    """
    connection.execute(f"SET LOCAL lock_timeout = {LISTEN_TIMEOUT_MS}")
    connection.execute("LOCK TABLE event_readers IN ACCESS EXCLUSIVE MODE")
    _set_types(connection, reader, types)


def find_types(connection: RawConnection, reader: Reader) -> frozenset[str]:
    """The types that this reader listens to. Call it in a `snapshot`: in a transaction, the lock on the table would block `listen`."""
    return dict(_read_wanted(connection)).get(reader, frozenset())


def take(connection: RawConnection, reader: Reader, *, limit: int) -> list[WrittenEvent]:
    """Delete and return the oldest events of this reader, at most `limit`, in their order. The caller stores what follows from them in the
    same transaction, else they are lost. A second caller waits until the first one has committed.
    """
    taken = []
    for row in fetch(connection, _Row, _TAKE, (reader, limit)):
        try:
            kind = EventType(row.type)
            data = read_data(kind, row.data.encode())
        except (ValueError, msgspec.ValidationError):
            _log.error("an event of another version is left out", event_id=str(row.id), type=row.type, data=row.data)
            continue
        taken.append(WrittenEvent(row.id, kind, row.subject_id, data, row.at, row.traceparent))
    return taken


def count_waiting(connection: RawConnection, reader: Reader) -> int:
    """The number of events that this reader has not taken yet."""
    row = connection.execute("SELECT count(*) FROM outbox WHERE reader = %s", (reader,)).fetchone()
    assert row is not None
    return int(row[0])


def _read_wanted(connection: RawConnection) -> list[tuple[str, frozenset[str]]]:
    """The readers, and the types that each listens to. Reading the table locks it: `listen` waits until this transaction has ended."""
    rows = connection.execute("SELECT reader, types FROM event_readers").fetchall()
    return [(reader, frozenset(types)) for reader, types in rows]


def _set_types(connection: RawConnection, reader: Reader, types: Collection[EventType]) -> None:
    if not types:
        connection.execute("DELETE FROM event_readers WHERE reader = %s", (reader,))
        return
    connection.execute(
        """
        INSERT INTO event_readers (reader, types) VALUES (%s, %s)
        ON CONFLICT (reader) DO UPDATE SET types = excluded.types WHERE event_readers.types <> excluded.types
        """,
        (reader, sorted(types)),
    )
