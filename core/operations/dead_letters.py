"""Store dead letters: work that was given up. `skyqueue audit` reports them until a person has replayed or discarded them.

The caller commits the transaction, and then calls `log`. So nothing is logged that was not stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from core.clock import new_id
from core.db import RawConnection
from core.operations.models import DeadLetterKind
from core.telemetry.metrics import DEAD_LETTERS

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A dead letter that was stored in a transaction of the caller. `subject_id`: the booking, import or refund that was given up; None for a
    message that cannot be read.
    """

    id: UUID
    queue: str
    kind: DeadLetterKind
    subject_id: UUID | None
    error: str


def store_bookings(connection: RawConnection, booking_ids: Sequence[UUID], error: str) -> list[StoredLetter]:
    """Store a dead letter for each of these bookings, which failed in every attempt."""
    return _store(
        connection, [StoredLetter(new_id(), "bookings", DeadLetterKind.BOOKING, booking_id, error) for booking_id in booking_ids]
    )


def store_import(connection: RawConnection, import_id: UUID, error: str) -> list[StoredLetter]:
    """Store a dead letter for an import that failed in every attempt."""
    return _store(connection, [StoredLetter(new_id(), "imports", DeadLetterKind.IMPORT, import_id, error)])


def store_refunds(connection: RawConnection, refund_ids: Sequence[UUID], error: str) -> list[StoredLetter]:
    """Store a dead letter for each of these refunds, which the provider refuses. A person has to give the money back."""
    return _store(
        connection, [StoredLetter(new_id(), "payments", DeadLetterKind.REFUND, refund_id, error) for refund_id in refund_ids]
    )


def store_payload(connection: RawConnection, queue: str, payload: bytes, error: str) -> list[StoredLetter]:
    """Store a dead letter with the bytes of a message that no worker can read."""
    return _store(connection, [StoredLetter(new_id(), queue, DeadLetterKind.MESSAGE, None, error)], payload)


def log(letters: Iterable[StoredLetter]) -> None:
    """Log and count these dead letters. Call it after the commit."""
    for letter in letters:
        DEAD_LETTERS.labels(letter.kind).inc()
        subject = str(letter.subject_id) if letter.subject_id else None
        _log.error(
            "work was given up",
            dead_letter=str(letter.id),
            queue=letter.queue,
            kind=letter.kind,
            subject=subject,
            reason=letter.error,
        )


def _store(connection: RawConnection, letters: list[StoredLetter], payload: bytes | None = None) -> list[StoredLetter]:
    if letters:
        connection.execute(
            """
            INSERT INTO dead_letters (id, queue, kind, subject_id, error, payload)
            SELECT w.*, %s FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[]) AS w
            """,
            (
                payload,
                [letter.id for letter in letters],
                [letter.queue for letter in letters],
                [letter.kind for letter in letters],
                [letter.subject_id for letter in letters],
                [letter.error for letter in letters],
            ),
        )
    return letters
