"""Compare the provider's ledger with our tables: every capture belongs to a payment, and every refund was requested by us."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from core import money
from core.db import RawConnection
from core.invariants.finding import Finding
from core.payments.models import PaymentStatus, RefundStatus
from core.payments.provider import CapturedCharge

_COMPARE: Final = f"""
    SELECT w.id::text, CASE
        WHEN p.id IS NULL THEN 'the provider took ' || w.money || ' as ' || w.id || ', and no booking owns it'
        WHEN p.status = {PaymentStatus.DECLINED.sql} THEN 'payment ' || p.id || ' of booking ' || p.booking_id || ' is declined, and the provider took '
            || w.money
        WHEN (p.amount, p.currency) <> (w.amount, w.currency) THEN 'payment ' || p.id || ' of booking ' || p.booking_id || ' is of '
            || {money.exact_sql("p.amount", "p.currency")} || ' ' || p.currency || ', and the provider took ' || w.money
        ELSE 'payment ' || p.id || ' of booking ' || p.booking_id || ' has refunds of '
            || {money.exact_sql("r.done", "p.currency")} || ' (and ' || {money.exact_sql("r.pending", "p.currency")}
            || ' on the way), and the provider gave ' || {money.exact_sql("w.refunded", "w.currency")} || ' back' END
    FROM (
        SELECT *, {money.exact_sql("amount", "currency")} || ' ' || currency AS money
        FROM unnest(%s::uuid[], %s::numeric[], %s::text[], %s::numeric[]) AS each(id, amount, currency, refunded)
    ) AS w
    LEFT JOIN payments p ON p.id = w.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE status = {RefundStatus.SUCCEEDED.sql}), 0) AS done,
               coalesce(sum(amount) FILTER (WHERE status = {RefundStatus.PENDING.sql}), 0) AS pending
        FROM refunds WHERE payment_id = p.id
    ) AS r
    WHERE p.id IS NULL OR p.status = {PaymentStatus.DECLINED.sql} OR (p.amount, p.currency) <> (w.amount, w.currency)
       OR w.refunded NOT BETWEEN r.done AND r.done + r.pending
"""  # noqa: S608  # only constants


def find_violations(connection: RawConnection, captures: Sequence[CapturedCharge]) -> list[Finding]:
    """The captures that differ from our tables. A payment with an unknown outcome is no violation, because the sweep looks up its charge."""
    known: list[tuple[UUID, Decimal, str, Decimal]] = []
    found: list[Finding] = []
    for capture in captures:
        payment_id = _payment_id(capture.key)
        if payment_id is None:
            sum_taken = f"{money.text(capture.amount, capture.currency)} {capture.currency}"
            found.append(Finding(f"the provider took {sum_taken} as {capture.key}, and no booking owns it", same_as=capture.key))
        else:
            known.append((payment_id, capture.amount, capture.currency, capture.refunded))
    if known:
        columns = [list(column) for column in zip(*known, strict=True)]
        found += [Finding(what, same_as=key) for key, what in connection.execute(_COMPARE, columns).fetchall()]
    return found


def _payment_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
