"""What a payment provider is to us: charges, questions and refunds, each under a key that makes it safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Protocol
from uuid import UUID


class Verdict(Enum):
    """What is known about a charge after a call, or after a callback."""

    CAPTURED = "captured"
    DECLINED = "declined"
    PROCESSING = "processing"
    """The provider has it and has not decided."""
    UNKNOWN = "unknown"
    """No answer, or none that means anything: the money may have moved."""
    NOT_SENT = "not_sent"
    """Nobody was reached, so nothing can have happened."""
    NOT_FOUND = "not_found"
    """The provider was asked, and never heard of it: sending it again, with the same key, is safe."""

    @property
    def answered(self) -> bool:
        """Whether the provider did its part; a decline is an answer."""
        return self not in (Verdict.UNKNOWN, Verdict.NOT_SENT)


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    decline_code: str | None = None
    attempt: int | None = None
    """Which attempt was NOT_SENT: it says nothing about the others."""
    amount: Decimal | None = None
    currency: str | None = None
    """The sum of which the provider speaks, as far as it names it unasked."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to take money. `payment_id` is the key."""

    payment_id: UUID
    amount: Decimal
    currency: str
    token: str
    description: str


class RefundOutcome(Enum):
    DONE = "done"
    REFUSED = "refused"
    """The provider will never do it."""
    UNKNOWN = "unknown"
    """Again, with the same key."""


@dataclass(frozen=True, slots=True)
class CapturedCharge:
    """One charge of the provider's books whose money it has taken. `refunded`: what of it was given back."""

    key: str
    """Under which it was charged: the id of a payment, if it is ours."""
    amount: Decimal
    currency: str
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class CapturesPage:
    """A part of the books. `next_cursor`: asks for what follows; None at the end."""

    captures: tuple[CapturedCharge, ...]
    next_cursor: str | None


class LedgerUnreadable(Exception):
    """The provider's books cannot be read, in words that say why."""


class Ledger(Protocol):
    """The provider's books, for who compares them with ours."""

    async def list_captures(self, cursor: str | None) -> CapturesPage:
        """What the provider has captured, page by page; None begins.

        Raises:
            LedgerUnreadable
        """


class Reachable(Protocol):
    """What somebody asks who has no money to move."""

    async def answers(self) -> bool:
        """Whether the provider is there, and does its part. Changes nothing."""

    async def close(self) -> None:
        """Drop the connections."""


class Provider(Protocol):
    """Calls end within a time limit and never raise: what goes wrong is an outcome. They live on one event loop."""

    async def charge(self, charge: Charge) -> Outcome:
        """Take the money, or learn that it was taken under this key before."""

    async def ask(self, charge: Charge) -> Outcome:
        """What became of this charge; changes nothing."""

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: Decimal, currency: str) -> RefundOutcome:
        """Give back `amount` of a captured charge, in the charge's `currency`. `refund_id` is the key."""

    async def close(self) -> None:
        """Drop the connections."""
