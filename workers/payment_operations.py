"""The two operations of the payment executor, charges and refunds: claim what is due, call the provider, store the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import redis
import structlog

from core import failpoints
from core.after_commit import AfterCommit
from core.db import Database, RawConnection
from core.db.bisect import isolated
from core.db.retry import again_after_deadlock
from core.lifecycle import settle_payment
from core.lifecycle.settle_payment import Claim
from core.messaging.dispatcher import Dispatcher
from core.operations import dead_letters
from core.payments import refunds
from core.payments.provider import ChargeOutcome, ChargeStatus, Provider, RefundOutcome
from core.payments.refunds import PendingRefund
from core.telemetry.metrics import PROVIDER_CALLS

_log = structlog.get_logger(__name__)


class Transactions:
    """Runs the transactions of the operations, and what follows each commit."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher) -> None:
        self._db = db
        self._redis = client
        self._dispatcher = dispatcher

    def commit(self, work: Callable[[RawConnection, AfterCommit], None]) -> None:
        """Run `work` in one transaction (repeated after a deadlock), then do what follows the commit."""

        def commit() -> AfterCommit:
            after = AfterCommit()
            with self._db.transaction() as connection:
                work(connection, after)
            return after

        after = again_after_deadlock(commit)
        after.run(self._redis, self._dispatcher)


class ChargeOperation:
    """Charges bookings, by their ids."""

    def __init__(self, transactions: Transactions, *, hold_minutes: int) -> None:
        self._transactions = transactions
        self._hold_minutes = hold_minutes

    def claim(self, ids: list[UUID]) -> list[Claim | None]:
        claims: dict[UUID, Claim] = {}

        def work(connection: RawConnection, after: AfterCommit) -> None:
            claims.clear()
            claims.update(settle_payment.claim(connection, ids, after))

        self._transactions.commit(work)
        return [claims.get(booking_id) for booking_id in ids]

    async def call(self, provider: Provider, claim: Claim) -> ChargeOutcome:
        """If an earlier attempt may have sent the charge, look up its outcome first. Charge only if the provider has no such charge and the
        booking still needs it.
        """
        if claim.look_up_first:
            outcome = await provider.look_up(claim.charge)
            if outcome.status is not ChargeStatus.NOT_FOUND or not claim.may_charge:
                return outcome
        outcome = await provider.charge(claim.charge)
        if outcome.status is ChargeStatus.NOT_SENT:
            # If this was not the first attempt, only this one was certainly not sent; an earlier one may have arrived.
            return (
                ChargeOutcome(ChargeStatus.UNKNOWN)
                if claim.look_up_first
                else ChargeOutcome(ChargeStatus.NOT_SENT, attempt=claim.attempt)
            )
        return outcome

    def answered(self, outcome: ChargeOutcome) -> bool:
        return outcome.status.answered

    def settle(self, ended: list[tuple[Claim, ChargeOutcome]]) -> list[None]:
        for _, outcome in ended:
            PROVIDER_CALLS.labels("charge", outcome.status.name.lower()).inc()
        failpoints.reach("after_charge")

        def settle_part(part: Sequence[tuple[Claim, ChargeOutcome]]) -> None:
            outcomes = {claim.charge.payment_id: outcome for claim, outcome in part}
            self._transactions.commit(
                lambda connection, after: settle_payment.apply_outcomes(
                    connection, outcomes, after, hold_minutes=self._hold_minutes
                )
            )

        isolated(settle_part, ended, _leave)
        return [None] * len(ended)


class RefundOperation:
    """Sends refunds to the provider, by their ids."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def claim(self, ids: list[UUID]) -> list[PendingRefund | None]:
        claims: dict[UUID, PendingRefund] = {}

        def work(connection: RawConnection, _: AfterCommit) -> None:
            claims.clear()
            claims.update(refunds.claim(connection, ids))

        self._transactions.commit(work)
        return [claims.get(refund_id) for refund_id in ids]

    async def call(self, provider: Provider, claim: PendingRefund) -> RefundOutcome:
        return await provider.refund(claim.id, claim.payment_id, claim.amount, claim.currency)

    def answered(self, outcome: RefundOutcome) -> bool:
        return outcome is not RefundOutcome.UNKNOWN

    def settle(self, ended: list[tuple[PendingRefund, RefundOutcome]]) -> list[None]:
        for _, outcome in ended:
            PROVIDER_CALLS.labels("refund", outcome.name.lower()).inc()
        outcomes = {refund.id: outcome for refund, outcome in ended}
        refused = [refund_id for refund_id, outcome in outcomes.items() if outcome is RefundOutcome.REFUSED]

        def work(connection: RawConnection, after: AfterCommit) -> None:
            refunds.settle(connection, outcomes, after)
            after.dead_letters += dead_letters.store_refunds(connection, refused, "The payment provider refused this refund.")

        self._transactions.commit(work)
        return [None] * len(ended)


def _leave(ended: tuple[Claim, ChargeOutcome], error: Exception) -> None:
    """The sweep looks up the outcome again later."""
    claim, outcome = ended
    _log.error(
        "the outcome of a payment cannot be stored",
        payment_id=str(claim.charge.payment_id),
        outcome=outcome.status.name,
        exc_info=error,
    )
