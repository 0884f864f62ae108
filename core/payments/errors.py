"""Why a booking cannot be paid for now."""

from __future__ import annotations

from core.errors import Conflict


class HoldExpired(Conflict):
    code = "hold_expired"


class AlreadyPaid(Conflict):
    code = "already_paid"


class PaymentInProgress(Conflict):
    """A payment for it is being made, or its outcome is not known yet. Another card may be tried if this one is declined."""

    code = "payment_in_progress"
    retryable = True


class NotPayable(Conflict):
    code = "not_payable"
