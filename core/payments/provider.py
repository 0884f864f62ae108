"""The interface of a payment provider: charges, look-ups and refunds. Each has an idempotency key, so that it can be repeated safely."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol
from uuid import UUID


class ChargeStatus(Enum):
    """The state of a charge after a call or a callback."""

    CAPTURED = "captured"
    DECLINED = "declined"
    PROCESSING = "processing"
    """The provider has the charge, and has not decided it yet."""
    UNKNOWN = "unknown"
    """There was no answer that can be used: the money may have been captured."""
    NOT_SENT = "not_sent"
    """The provider could not be reached, so nothing can have been captured."""
    NOT_FOUND = "not_found"
    """The provider answered that it has no such charge. It is safe to send it again with the same key."""

    @property
    def answered(self) -> bool:
        """Whether the provider has answered. A decline is an answer too."""
        return self not in (ChargeStatus.UNKNOWN, ChargeStatus.NOT_SENT)


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    status: ChargeStatus
    decline_code: str | None = None
    attempt: int | None = None
    """The number of the attempt that was NOT_SENT. Nothing is known about other attempts."""
    amount: Decimal | None = None
    currency: str | None = None
    """Amount and currency of the charge, where a callback of the provider names them."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to charge a card. `payment_id` is the idempotency key, `token` the card."""

    payment_id: UUID
    amount: Decimal
    currency: str
    token: str
    description: str


class RefundOutcome(Enum):
    DONE = "done"
    REFUSED = "refused"
    """The provider refuses the refund for good."""
    UNKNOWN = "unknown"
    """There was no answer that can be used. The refund is sent again, with the same key."""


@dataclass(frozen=True, slots=True)
class CapturedCharge:
    """A charge in the ledger of the provider whose money was captured. `refunded`: the part of `amount` that was given back."""

    key: str
    """The idempotency key of the charge. If Skyqueue made the charge, it is the id of a payment."""
    amount: Decimal
    currency: str
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class CapturesPage:
    """A page of the ledger. `next_cursor`: the cursor of the next page; None: this is the last."""

    captures: tuple[CapturedCharge, ...]
    next_cursor: str | None


class LedgerUnreadable(Exception):
    """The ledger of the provider cannot be read. The message says why."""


class Ledger(Protocol):
    """The ledger of the provider, which `skyqueue audit` compares with the table of payments."""

    async def list_captures(self, cursor: str | None) -> CapturesPage:
        """A page of the charges that the provider has captured. `cursor` None: the first page.

        Raises:
            LedgerUnreadable
        """


class ProviderProbe(Protocol):
    """What the readiness check of the provider uses."""

    async def answers(self) -> bool:
        """Whether the provider answers, and not with an error of the server. Changes nothing."""

    async def close(self) -> None:
        """Close the connections."""


class Provider(Protocol):
    """Calls end within a time limit and never raise: a failure is an outcome. All calls have to be made on one event loop."""

    async def charge(self, charge: Charge) -> ChargeOutcome:
        """Charge the card. If there is a charge with this key, nothing is charged, and its outcome is returned."""

    async def look_up(self, charge: Charge) -> ChargeOutcome:
        """The present outcome of this charge. Changes nothing."""

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: Decimal, currency: str) -> RefundOutcome:
        """Give back `amount` of a captured charge, in the `currency` of the charge. `refund_id` is the idempotency key."""

    async def close(self) -> None:
        """Close the connections."""
