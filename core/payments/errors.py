"""Errors of a request to pay for a booking."""

from __future__ import annotations

from core.errors import Conflict


class HoldExpired(Conflict):
    code = "hold_expired"


class AlreadyPaid(Conflict):
    code = "already_paid"


class PaymentInProgress(Conflict):
    """A payment of the booking is being made, or its outcome is not known yet. If it is declined, another card can be tried."""

    code = "payment_in_progress"
    retryable = True


class NotPayable(Conflict):
    code = "not_payable"
