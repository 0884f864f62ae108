"""The queue of payments and refunds. Their ids are passed to the payment executor, which calls the provider on a thread of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from core.bookings import segments
from core.payments import refunds
from core.telemetry.incidents import Incident
from workers.context import PAYMENTS, REFUNDS, Context

_log = structlog.get_logger(__name__)
_no_provider = Incident(_log, "no payment provider is configured: SKYQUEUE_PAYMENTS_URL")


def work_payments(context: Context, booking_ids: Sequence[UUID]) -> None:
    """Queue the charges of these bookings. Calling it again with the same ids is safe."""
    if context.payment_executor is None:
        _no_provider.failed(bookings=len(booking_ids))
        return
    with context.db.snapshot() as connection:
        flights = segments.find_first_flights(connection, booking_ids)
    context.payment_executor.submit(PAYMENTS, flights)


def send_refunds(context: Context, refund_ids: Sequence[UUID]) -> None:
    """Queue these refunds. Calling it again with the same ids is safe."""
    if context.payment_executor is None:
        _no_provider.failed(refunds=len(refund_ids))
        return
    with context.db.snapshot() as connection:
        flights = refunds.find_flights(connection, refund_ids)
    context.payment_executor.submit(REFUNDS, flights)
