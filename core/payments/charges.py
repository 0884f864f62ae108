"""The table of payments. A row is inserted before the provider is called, claimed for one call at a time, and never changed after it is final.

A transaction that changes a payment holds the lock of its booking (`core.bookings.locking.lock_bookings`), and then the lock of the row.
The sweep holds the lock of the row only (`lease_due`, `make_due_now`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from core import money
from core.after_commit import AfterCommit
from core.clock import new_id
from core.db import RawConnection, fetch
from core.events import outbox
from core.events.domain_events import Event, EventType, PaymentData
from core.lease import LEASE_SECONDS
from core.payments.models import PaymentStatus

RETRY_CAP_SECONDS: Final = 3600
NOT_CHARGED: Final = "not_charged"
"""Decline code: the booking ended before the provider was called."""
NEVER_ARRIVED: Final = "never_arrived"
"""Decline code: the booking has ended, and the provider has answered several times that it has no such charge."""
_UNDECIDED: Final = (
    f"status IN ({PaymentStatus.REQUIRES_PAYMENT.sql}, {PaymentStatus.PROCESSING.sql}, {PaymentStatus.UNKNOWN.sql})"
)
_UNDECLINED: Final = f"status NOT IN ({PaymentStatus.DECLINED.sql}, {PaymentStatus.SURPLUS.sql})"
"""The predicate of `ux_payments_live`: a booking has at most one payment that has paid for it, or still may."""


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """One attempt to charge a booking, locked for the rest of the transaction."""

    id: UUID
    booking_id: UUID
    token: str
    amount: Decimal
    currency: str
    status: PaymentStatus
    decline_code: str | None
    attempts: int

    @property
    def is_final(self) -> bool:
        return self.status in (PaymentStatus.SUCCEEDED, PaymentStatus.DECLINED, PaymentStatus.SURPLUS)


@dataclass(frozen=True, slots=True)
class _ChangedPayment:
    booking_id: UUID
    id: UUID
    amount: Decimal
    currency: str
    decline_code: str | None


_CHANGED: Final = ", ".join(each.name for each in fields(_ChangedPayment))
_COLUMNS: Final = ", ".join(each.name for each in fields(LockedPayment))


class NewAttempt(NamedTuple):
    """`token`: the card; None: the card that came with the booking."""

    amount: Decimal
    token: str | None = None


def open_attempts(connection: RawConnection, wanted: Mapping[UUID, NewAttempt]) -> list[LockedPayment]:
    """Insert payments that are to be charged, and return them. `wanted`: by booking id. A booking that has a payment which was not
    declined gets no other.
    """
    if not wanted:
        return []
    return fetch(
        connection,
        LockedPayment,
        f"""
        INSERT INTO payments (id, booking_id, token, amount, currency, status, next_at)
        SELECT w.id, b.id, coalesce(w.token, b.payment_token), w.amount, b.currency, {PaymentStatus.REQUIRES_PAYMENT.sql}, now() + %s * interval '1 second'
        FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[], %s::text[]) AS w(id, booking_id, amount, token)
        JOIN bookings b ON b.id = w.booking_id
        ON CONFLICT (booking_id) WHERE {_UNDECLINED} DO NOTHING
        RETURNING {_COLUMNS}
        """,  # noqa: S608  # only constants of this module
        (
            LEASE_SECONDS,
            [new_id() for _ in wanted],
            list(wanted),
            [each.amount for each in wanted.values()],
            [each.token for each in wanted.values()],
        ),
    )


def find_bookings(connection: RawConnection, payment_ids: Sequence[UUID]) -> list[UUID]:
    """The ids of the bookings that these payments are for. Unknown ids are left out."""
    rows = connection.execute("SELECT booking_id FROM payments WHERE id = ANY(%s)", (list(payment_ids),)).fetchall()
    return [row[0] for row in rows]


def lock_undeclined(connection: RawConnection, booking_ids: Sequence[UUID]) -> dict[UUID, LockedPayment]:
    """Lock the payment of each booking that has paid for it, or still may. Booking id -> payment; bookings without one are left out."""
    return {payment.booking_id: payment for payment in _lock(connection, f"booking_id = ANY(%s) AND {_UNDECLINED}", booking_ids)}


def lock_all(connection: RawConnection, booking_ids: Sequence[UUID]) -> list[LockedPayment]:
    """Lock all payments of these bookings, in the order in which they were made (their ids grow with time)."""
    return _lock(connection, "booking_id = ANY(%s)", booking_ids)


def _lock(connection: RawConnection, condition: str, ids: Sequence[UUID]) -> list[LockedPayment]:
    query = f"SELECT {_COLUMNS} FROM payments WHERE {condition} ORDER BY id FOR UPDATE"  # noqa: S608  # only constants of this module
    return fetch(connection, LockedPayment, query, (list(ids),))


def begin(connection: RawConnection, payment_ids: Sequence[UUID]) -> None:
    """Make these payments PROCESSING, with a lease for the worker that calls the provider now. The attempt is counted before the call."""
    if payment_ids:
        connection.execute(
            f"""
            UPDATE payments SET status = {PaymentStatus.PROCESSING.sql}, attempts = attempts + 1, updated_at = now(),
                next_at = now() + %s * interval '1 second'
            WHERE id = ANY(%s)
            """,  # noqa: S608  # only constants
            (LEASE_SECONDS, list(payment_ids)),
        )


def succeed(
    connection: RawConnection, payment_ids: Sequence[UUID], after: AfterCommit, status: PaymentStatus = PaymentStatus.SUCCEEDED
) -> None:
    """Store that the money was captured. `status`: SURPLUS where another payment has paid for the booking."""
    if payment_ids:
        changed = fetch(
            connection,
            _ChangedPayment,
            f"""
            UPDATE payments SET status = %s, decline_code = NULL, updated_at = now(), next_at = NULL WHERE id = ANY(%s)
            RETURNING {_CHANGED}
            """,  # noqa: S608  # only constants of this module
            (status, list(payment_ids)),
        )
        after.events += _write_events(connection, EventType.PAYMENT_SUCCEEDED, changed)


def decline(connection: RawConnection, codes: Mapping[UUID, str], after: AfterCommit) -> None:
    """Store that no money was captured, and none will be. `codes`: payment id -> decline code."""
    if codes:
        changed = fetch(
            connection,
            _ChangedPayment,
            f"""
            UPDATE payments SET status = {PaymentStatus.DECLINED.sql}, decline_code = w.code, updated_at = now(), next_at = NULL
            FROM unnest(%s::uuid[], %s::text[]) AS w(payment_id, code) WHERE id = w.payment_id
            RETURNING {_CHANGED}
            """,  # noqa: S608  # only constants of this module
            (list(codes), list(codes.values())),
        )
        after.events += _write_events(connection, EventType.PAYMENT_DECLINED, changed)


def _write_events(connection: RawConnection, kind: EventType, changed: Sequence[_ChangedPayment]) -> list[Event]:
    events = [
        Event(
            kind,
            PaymentData(each.booking_id, each.id, money.text(each.amount, each.currency), each.currency, each.decline_code),
        )
        for each in sorted(changed, key=lambda payment: (payment.booking_id, payment.id))
    ]
    outbox.write(connection, events)
    return events


def postpone(connection: RawConnection, payment_ids: Sequence[UUID], status: PaymentStatus) -> None:
    """Try these undecided payments again after 2^attempts seconds, at most an hour. `status`: UNKNOWN, or REQUIRES_PAYMENT if nothing was
    sent to the provider.
    """
    if payment_ids:
        connection.execute(
            """
            UPDATE payments SET status = %s, updated_at = now(),
                next_at = now() + least(power(2, least(attempts, 20)), %s) * interval '1 second'
            WHERE id = ANY(%s)
            """,
            (status, RETRY_CAP_SECONDS, list(payment_ids)),
        )


def lease_due(connection: RawConnection, *, limit: int) -> list[UUID]:
    """Lease the undecided payments whose lease or wait has ended, at most `limit`, and return the ids of their bookings. A payment that is
    still PROCESSING becomes UNKNOWN: its worker crashed during the call.
    """
    rows = connection.execute(
        f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM payments WHERE next_at < now() AND {_UNDECIDED} ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
        )
        UPDATE payments p SET
            status = CASE p.status WHEN {PaymentStatus.PROCESSING.sql} THEN {PaymentStatus.UNKNOWN.sql} ELSE p.status END,
            next_at = now() + %s * interval '1 second'
        FROM due WHERE p.id = due.id RETURNING p.booking_id
        """,  # noqa: S608  # only constants of this module
        (limit, LEASE_SECONDS),
    ).fetchall()
    return sorted(row[0] for row in rows)


def make_due_now(connection: RawConnection) -> None:
    """Make the payments that the provider was not called for due now, because the queues were lost."""
    connection.execute(
        f"""
        UPDATE payments SET next_at = now() WHERE id IN (
            SELECT id FROM payments WHERE status = {PaymentStatus.REQUIRES_PAYMENT.sql} AND next_at IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED
        )
        """  # noqa: S608  # only constants
    )
