"""The ledger: every charge and every refund, of one booking or of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from core import money
from core.bookings.intake import references
from core.db import RawConnection, fetch
from core.payments.models import PaymentStatus, RefundStatus


class LedgerKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of money, as a decimal string without sign. `reason`: why a charge was declined, or what a refund is for.

    `attempts`: how often the provider was called for it; `next_at`: when it is tried again; null if it is final.
    """

    id: UUID
    kind: LedgerKind
    booking_id: UUID
    reference: str
    payment_id: UUID
    amount: str
    currency: str
    status: str
    reason: str | None
    attempts: int
    next_at: datetime | None
    created_at: datetime
    updated_at: datetime


class LedgerTotal(msgspec.Struct, frozen=True):
    """The totals of one currency: captured, refunded or being refunded, and the difference."""

    currency: str
    captured: str
    refunded: str
    balance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """None matches everything."""

    kind: LedgerKind | None = None
    status: str | None = None
    reference: str | None = None
    booking_id: UUID | None = None


CAPTURED: Final = (PaymentStatus.SUCCEEDED, PaymentStatus.SURPLUS)
_TABLES: Final = {
    LedgerKind.CHARGE: ("payments", "id", "decline_code"),
    LedgerKind.REFUND: ("refunds", "payment_id", "reason"),
}
_CONDITIONS: Final = {
    "status": "m.status = %(status)s",
    "booking_id": "m.booking_id = %(booking_id)s",
    "reference": "m.booking_id IN (SELECT id FROM bookings WHERE reference = %(reference)s)",
    "before": "m.id < %(before)s",
}
"""The conditions for the values that are not None."""


def list_entries(
    connection: RawConnection, wanted: LedgerFilter, *, before: UUID | None, limit: int
) -> tuple[list[LedgerEntry], UUID | None]:
    """A page of entries, newest first, and the cursor of the next page. Ids grow with time, so the cursor is the last id."""
    given: dict[str, Any] = {
        "status": wanted.status,
        "booking_id": wanted.booking_id,
        "reference": references.read(wanted.reference) if wanted.reference else None,
        "before": before,
    }
    kinds = [wanted.kind] if wanted.kind is not None else list(LedgerKind)
    newest = " UNION ALL ".join(f"({_select(kind, given)})" for kind in kinds)
    query = f"SELECT * FROM ({newest}) AS moves ORDER BY id DESC LIMIT %(limit)s"  # noqa: S608  # only constants of this module
    rows = fetch(connection, LedgerEntry, query, {**given, "limit": limit + 1})
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _select(kind: LedgerKind, given: dict[str, Any]) -> str:
    table, payment, reason = _TABLES[kind]
    conditions = [condition for name, condition in _CONDITIONS.items() if given[name] is not None]
    amount = money.in_units_sql("m.amount", "m.currency")
    return f"""
        SELECT m.id, '{kind}' AS kind, m.booking_id, b.reference, m.{payment} AS payment_id, {amount}::text AS amount, m.currency,
               m.status, m.{reason} AS reason, m.attempts, m.next_at, m.created_at, m.updated_at
        FROM {table} m JOIN bookings b ON b.id = m.booking_id
        WHERE {" AND ".join(conditions) or "true"} ORDER BY m.id DESC LIMIT %(limit)s
    """  # noqa: S608  # likewise


def totals(entries: Sequence[LedgerEntry]) -> list[LedgerTotal]:
    """The totals of these entries, by currency. Refunds that the provider refused do not count."""
    return [_total(currency, entries) for currency in sorted({entry.currency for entry in entries})]


def _total(currency: str, entries: Sequence[LedgerEntry]) -> LedgerTotal:
    def sum_of(kind: LedgerKind, statuses: Sequence[str]) -> Decimal:
        moved = (each for each in entries if (each.currency, each.kind) == (currency, kind) and each.status in statuses)
        return sum((Decimal(each.amount) for each in moved), Decimal(0))

    captured = sum_of(LedgerKind.CHARGE, CAPTURED)
    refunded = sum_of(LedgerKind.REFUND, (RefundStatus.PENDING, RefundStatus.SUCCEEDED))
    amounts = (money.text(amount, currency) for amount in (captured, refunded, captured - refunded))
    return LedgerTotal(currency, *amounts)
