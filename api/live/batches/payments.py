"""Payments of holds that arrive together are committed together, and their charges are one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import redis

from api.live.batches.requests import NotBatched, Refusal, RequestBatches
from core.after_commit import AfterCommit
from core.db import Database, RawConnection
from core.idempotency import stored_responses
from core.idempotency.stored_responses import KeyedRequest, StoredResponse
from core.lifecycle import pay
from core.lifecycle.pay import CardPayment
from core.messaging.dispatcher import Dispatcher


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """`key`: the request, if it has an idempotency key; then `response` is stored under it."""

    payment: CardPayment
    key: KeyedRequest | None
    response: StoredResponse

    @property
    def subject_id(self) -> UUID:
        return self.payment.booking_id


class PaymentBatches(RequestBatches[PaymentRequest, None]):
    """Requests whose key was used before are not batched."""

    def __init__(self, db: Database, client: redis.Redis, dispatcher: Dispatcher) -> None:
        super().__init__("pay", db, client, dispatcher)

    def _bookings_of(
        self,
        connection: RawConnection,  # noqa: ARG002  # the subjects are the bookings
        changes: Sequence[PaymentRequest],
    ) -> Mapping[UUID, UUID]:
        return {each.subject_id: each.subject_id for each in changes}

    def _make(
        self, connection: RawConnection, changes: Sequence[PaymentRequest], after: AfterCommit
    ) -> Mapping[UUID, UUID | Refusal]:
        keys = [each.key for each in changes if each.key is not None]
        new = stored_responses.begin_new(connection, keys) if keys else set()
        first_uses = [each for each in changes if each.key is None or each.key in new]
        refused = pay.pay_all(connection, [each.payment for each in first_uses], after)
        made: dict[UUID, UUID | Refusal] = {each.subject_id: NotBatched() for each in changes}
        for each in first_uses:
            made[each.subject_id] = refused.get(each.subject_id, each.subject_id)
            if each.key is None:
                continue
            if each.subject_id in refused:
                stored_responses.forget(connection, each.key)
            else:
                stored_responses.keep(connection, each.key, each.response)
        return made

    def _answer(self, booking_ids: Sequence[UUID]) -> Mapping[UUID, None]:
        return dict.fromkeys(booking_ids)
