"""A payment provider in memory that is only a ledger: it decides each charge once, and its responses may be lost."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from core.lifecycle.settle_payment import Claim
from core.payments.provider import ChargeOutcome, ChargeStatus


class Fate(Enum):
    """What happens to one call."""

    CAPTURED = "captured"
    DECLINED = "declined"
    CAPTURED_UNHEARD = "captured, and the answer is lost"
    LOST = "the call is lost"
    NOT_SENT = "nobody is reached"
    UNDECIDED = "it has arrived and is not decided"


class Ledger:
    """Charges by payment id: True is captured, False is declined."""

    def __init__(self) -> None:
        self.decided: dict[UUID, bool] = {}

    @property
    def captured(self) -> set[UUID]:
        return {payment_id for payment_id, captured in self.decided.items() if captured}

    def call(self, claim: Claim, fate: Fate) -> ChargeOutcome:
        """What a worker hears when it calls for this claim, as `workers.payment_operations.ChargeOperation.call` would."""
        if fate is Fate.NOT_SENT:
            return (
                ChargeOutcome(ChargeStatus.UNKNOWN)
                if claim.ask_first
                else ChargeOutcome(ChargeStatus.NOT_SENT, attempt=claim.attempt)
            )
        if fate is Fate.LOST:
            return ChargeOutcome(ChargeStatus.UNKNOWN)
        payment_id = claim.charge.payment_id
        if payment_id not in self.decided:
            if claim.ask_first and not claim.may_charge:
                return ChargeOutcome(ChargeStatus.NOT_FOUND)
            if fate is Fate.UNDECIDED:
                return ChargeOutcome(ChargeStatus.PROCESSING)
            self.decided[payment_id] = fate is not Fate.DECLINED
        return ChargeOutcome(ChargeStatus.UNKNOWN) if fate is Fate.CAPTURED_UNHEARD else self.outcome_of(payment_id)

    def outcome_of(self, payment_id: UUID) -> ChargeOutcome:
        """What the provider says of a charge that it decided."""
        return (
            ChargeOutcome(ChargeStatus.CAPTURED)
            if self.decided[payment_id]
            else ChargeOutcome(ChargeStatus.DECLINED, "card_declined")
        )
