"""Work that was given up, kept until a person has seen to it: `skyqueue audit` tells of it until then.

Who commits the transaction tells of it afterwards (`tell`), so that the log has no burial that never was.
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
class Buried:
    """One dead letter. `subject_id`: the booking, import or refund that was given up; None for a message that nobody can read."""

    id: UUID
    queue: str
    kind: DeadLetterKind
    subject_id: UUID | None
    error: str


def bury_bookings(connection: RawConnection, booking_ids: Sequence[UUID], error: str) -> list[Buried]:
    """Note bookings that failed for good."""
    return _bury(
        connection, [Buried(new_id(), "bookings", DeadLetterKind.BOOKING, booking_id, error) for booking_id in booking_ids]
    )


def bury_import(connection: RawConnection, import_id: UUID, error: str) -> list[Buried]:
    """Note an import that failed for good."""
    return _bury(connection, [Buried(new_id(), "imports", DeadLetterKind.IMPORT, import_id, error)])


def bury_refunds(connection: RawConnection, refund_ids: Sequence[UUID], error: str) -> list[Buried]:
    """Note refunds that the provider will not make: a person has to see to the money."""
    return _bury(connection, [Buried(new_id(), "payments", DeadLetterKind.REFUND, refund_id, error) for refund_id in refund_ids])


def bury_payload(connection: RawConnection, queue: str, payload: bytes, error: str) -> list[Buried]:
    """Keep the bytes of a message that no worker can read."""
    return _bury(connection, [Buried(new_id(), queue, DeadLetterKind.MESSAGE, None, error)], payload)


def tell(buried: Iterable[Buried]) -> None:
    """A line in the log and a count in the metrics for each, once it is committed."""
    for letter in buried:
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


def _bury(connection: RawConnection, letters: list[Buried], payload: bytes | None = None) -> list[Buried]:
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
