"""Work that was given up, kept where an admin can see it and send it again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.clock import new_id
from core.db import RawConnection


def bury_bookings(connection: RawConnection, booking_ids: Sequence[UUID], error: str) -> None:
    """Note bookings that failed for good."""
    if booking_ids:
        connection.execute(
            """
            INSERT INTO dead_letters (id, queue, kind, subject_id, error)
            SELECT w.id, 'bookings', 'booking', w.subject, %s FROM unnest(%s::uuid[], %s::uuid[]) AS w(id, subject)
            """,
            (error, [new_id() for _ in booking_ids], list(booking_ids)),
        )


def bury_import(connection: RawConnection, import_id: UUID, error: str) -> None:
    """Note an import that failed for good."""
    connection.execute(
        "INSERT INTO dead_letters (id, queue, kind, subject_id, error) VALUES (%s, 'imports', 'import', %s, %s)",
        (new_id(), import_id, error),
    )


def bury_refunds(connection: RawConnection, refund_ids: Sequence[UUID], error: str) -> None:
    """Note refunds that the provider will not make: a person has to see to the money."""
    if refund_ids:
        connection.execute(
            """
            INSERT INTO dead_letters (id, queue, kind, subject_id, error)
            SELECT w.id, 'payments', 'refund', w.subject, %s FROM unnest(%s::uuid[], %s::uuid[]) AS w(id, subject)
            """,
            (error, [new_id() for _ in refund_ids], list(refund_ids)),
        )


def bury_payload(connection: RawConnection, queue: str, payload: bytes, error: str) -> None:
    """Keep the bytes of a message that no worker can read."""
    connection.execute(
        "INSERT INTO dead_letters (id, queue, kind, error, payload) VALUES (%s, %s, 'message', %s, %s)",
        (new_id(), queue, error, payload),
    )
