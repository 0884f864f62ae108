"""Events, written in the transaction of the change that they tell of: both are committed, or neither is.

**Only what somebody wants is written.** `event_readers` says who listens, and to which types. A writer reads that table inside its
transaction, so it holds Postgres' ACCESS SHARE lock on it until it has committed. Who begins to listen takes the ACCESS EXCLUSIVE lock
first: it waits for every transaction that saw nobody listening, and every later one waits for it and sees the reader. So there is no
moment between "nobody listens" and the commit in which an event could be lost: whatever is committed after `listen` was committed is
written. Without readers, all this costs one look at an empty table for each transaction that changes something.

**Order.** Whoever changes a booking holds its row's lock, so of two events of one booking the second gets its id after the first was
committed. A reader who takes rows in the order of their ids sees the events of each booking in their order. Between subjects there is
no order.

**At least once.** A reader deletes what it takes over, in a transaction that also keeps what follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
import structlog

from core.clock import new_id
from core.db import RawConnection
from core.events.domain_events import Event, EventData, EventType, read_data

LISTEN_MS: Final = 1_000
"""How long `listen` waits for the transactions that run, while those that come later wait behind it."""

_WRITE: Final = """
    INSERT INTO outbox (reader, event_id, type, subject_id, data)
    SELECT e.reader, e.event_id, e.type, e.subject_id, e.data::jsonb
    FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::text[]) WITH ORDINALITY
         AS e(reader, event_id, type, subject_id, data, position)
    ORDER BY e.position
"""
_TAKE: Final = """
    WITH taken AS (
        DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE reader = %s ORDER BY id LIMIT %s FOR UPDATE)
        RETURNING id, event_id, type, subject_id, data::text, at
    )
    SELECT event_id, type, subject_id, data, at FROM taken ORDER BY id
"""

_log = structlog.get_logger(__name__)


class Reader(StrEnum):
    """Who may listen."""

    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event as a reader gets it. `id`: the same for every reader, so it says whether one was seen before."""

    id: UUID
    type: EventType
    subject_id: UUID
    data: EventData
    at: datetime


def write(connection: RawConnection, events: Iterable[Event]) -> None:
    """Write what somebody wants of these events. `events` is not even made when nobody listens: give a generator."""
    wanted = _read_wanted(connection)
    if not wanted:
        return
    rows = [
        (reader, event_id, event.type, event.subject_id, msgspec.json.encode(event.data).decode())
        for event in events
        for event_id in (new_id(),)
        for reader, types in wanted
        if event.type in types
    ]
    if rows:
        connection.execute(_WRITE, [list(column) for column in zip(*rows, strict=True)])


def listen(connection: RawConnection, reader: Reader, types: Collection[EventType]) -> None:
    """From the commit on, write events of these types for this reader, and of no others; none: of no type at all. Where nothing would
    change, do not call it (`find_types`): for a moment it holds up everybody who writes.

    Raises:
        psycopg.errors.LockNotAvailable: some transaction is too long on its way. Nothing has changed; try again.
    """
    connection.execute(f"SET LOCAL lock_timeout = {LISTEN_MS}")
    connection.execute("LOCK TABLE event_readers IN ACCESS EXCLUSIVE MODE")
    _set_types(connection, reader, types)


def find_types(connection: RawConnection, reader: Reader) -> frozenset[str]:
    """What this reader listens to. Ask on a `snapshot`: in a transaction, the look would hold up `listen`."""
    return dict(_read_wanted(connection)).get(reader, frozenset())


def take(connection: RawConnection, reader: Reader, *, limit: int) -> list[WrittenEvent]:
    """The oldest events of this reader, at most `limit`, in their order. They are gone when the caller commits, so it keeps what
    follows from them in the same transaction. A second caller waits for the first.
    """
    taken = []
    for event_id, kind, subject_id, data, at in connection.execute(_TAKE, (reader, limit)).fetchall():
        try:
            taken.append(WrittenEvent(event_id, EventType(kind), subject_id, read_data(EventType(kind), data.encode()), at))
        except (ValueError, msgspec.ValidationError):
            _log.error("an event of another version is left out", event_id=str(event_id), type=kind, data=data)
    return taken


def count_waiting(connection: RawConnection, reader: Reader) -> int:
    """Events that this reader has not taken yet."""
    row = connection.execute("SELECT count(*) FROM outbox WHERE reader = %s", (reader,)).fetchone()
    assert row is not None
    return int(row[0])


def _read_wanted(connection: RawConnection) -> list[tuple[str, frozenset[str]]]:
    """Who wants which types. The look itself holds whoever begins to listen until this transaction has ended."""
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
