"""A payment provider in memory that is only a ledger: it decides each charge once, and its responses may be lost."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from core.lifecycle.settle_payment import Claim
from core.payments.provider import ChargeOutcome, ChargeStatus


class CallResult(Enum):
    """The result of one call to the provider."""

    CAPTURED = "captured"
    DECLINED = "declined"
    CAPTURED_RESPONSE_LOST = "captured, and the answer is lost"
    LOST = "the call is lost"
    NOT_SENT = "the provider is not reached"
    UNDECIDED = "it has arrived and is not decided"


class Ledger:
    """Charges by payment id: True is captured, False is declined."""

    def __init__(self) -> None:
        self.decided: dict[UUID, bool] = {}

    @property
    def captured(self) -> set[UUID]:
        return {payment_id for payment_id, captured in self.decided.items() if captured}

    def call(self, claim: Claim, result: CallResult) -> ChargeOutcome:
        """The result of the call for this claim, as `workers.payment_operations.ChargeOperation.call` would."""
        if result is CallResult.NOT_SENT:
            return (
                ChargeOutcome(ChargeStatus.UNKNOWN)
                if claim.look_up_first
                else ChargeOutcome(ChargeStatus.NOT_SENT, attempt=claim.attempt)
            )
        if result is CallResult.LOST:
            return ChargeOutcome(ChargeStatus.UNKNOWN)
        payment_id = claim.charge.payment_id
        if payment_id not in self.decided:
            if claim.look_up_first and not claim.may_charge:
                return ChargeOutcome(ChargeStatus.NOT_FOUND)
            if result is CallResult.UNDECIDED:
                return ChargeOutcome(ChargeStatus.PROCESSING)
            self.decided[payment_id] = result is not CallResult.DECLINED
        return ChargeOutcome(ChargeStatus.UNKNOWN) if result is CallResult.CAPTURED_RESPONSE_LOST else self.outcome_of(payment_id)

    def outcome_of(self, payment_id: UUID) -> ChargeOutcome:
        """The outcome of a charge that the provider has decided."""
        return (
            ChargeOutcome(ChargeStatus.CAPTURED)
            if self.decided[payment_id]
            else ChargeOutcome(ChargeStatus.DECLINED, "card_declined")
        )
