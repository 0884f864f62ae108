"""Payments of holds that arrive together share a transaction, and each gets its own result."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from api.http.database import WatchedDatabase
from api.live.batches.payments import PaymentBatches, PaymentRequest
from api.live.batches.requests import NotBatched
from core.bookings.errors import BookingNotFound
from core.bookings.models import PaymentMode
from core.clock import new_id
from core.idempotency.stored_responses import KeyedRequest, StoredResponse
from core.lifecycle.pay import CardPayment
from core.payments.errors import AlreadyPaid, NotPayable, PaymentInProgress
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps

pytestmark = pytest.mark.anyio


def request(booking: UUID, owner: UUID, token: str = "tok_ok", key: str | None = None) -> PaymentRequest:
    keyed = None if key is None else KeyedRequest(owner, "payBooking", key, booking.bytes)
    return PaymentRequest(CardPayment(booking, owner, token), keyed, StoredResponse(202, {"location": str(booking)}, b"{}"))


async def pay(pipeline: Pipeline, requests: Sequence[PaymentRequest]) -> list[type]:
    """The types of the results of requests that arrive together."""
    database = WatchedDatabase(pipeline.database_url, pool_size=1, application="payments")
    batches = PaymentBatches(database, pipeline.redis, pipeline.context.dispatcher)
    results = await asyncio.gather(*(batches.submit(each) for each in requests), return_exceptions=True)
    await batches.close()
    database.dispose()
    return [type(each) for each in results]


def rows(steps: Steps, query: str) -> list[tuple[object, ...]]:
    with steps.context.db.snapshot() as connection:
        return connection.execute(query.encode()).fetchall()


async def test_each_payment_of_a_batch_has_its_own_result(pipeline: Pipeline, steps: Steps) -> None:
    owner, other = (each.id for each in pipeline.accounts(2))
    flight = pipeline.flight(9)
    first, second, free, foreign = (steps.book(who, flight, 1, PaymentMode.HOLD) for who in (owner, owner, owner, other))
    bought = steps.book(owner, flight)
    steps.execute("UPDATE bookings SET price_total = 0 WHERE id = %s", free)
    assert await pay(
        pipeline,
        [
            request(first, owner),
            request(first, owner),
            request(foreign, owner),
            request(second, owner, "tok_decline"),
            request(bought, owner),
            request(free, owner),
            request(new_id(), owner),
        ],
    ) == [type(None), NotBatched, BookingNotFound, type(None), NotPayable, type(None), BookingNotFound]
    assert rows(steps, "SELECT booking_id, token, status FROM payments ORDER BY booking_id") == [
        (first, "tok_ok", "REQUIRES_PAYMENT"),
        (second, "tok_decline", "REQUIRES_PAYMENT"),
    ]
    assert (steps.status(free), steps.status(first)) == ("CONFIRMED", "HELD")
    assert await pay(pipeline, [request(first, owner), request(free, owner)]) == [PaymentInProgress, AlreadyPaid]


async def test_a_key_is_stored_with_its_payment_and_free_after_a_refusal(pipeline: Pipeline, steps: Steps) -> None:
    owner = pipeline.account().id
    flight = pipeline.flight(9)
    first, second, third = (steps.book(owner, flight, 1, PaymentMode.HOLD) for _ in range(3))
    refused = steps.book(owner, flight)
    assert await pay(
        pipeline,
        [
            request(first, owner, key="one"),
            request(second, owner, key="one"),
            request(third, owner, key="three"),
            request(refused, owner, key="refused"),
        ],
    ) == [type(None), NotBatched, type(None), NotPayable]
    assert await pay(pipeline, [request(first, owner, key="one"), request(second, owner, key="two")]) == [NotBatched, type(None)]
    assert rows(steps, "SELECT key, status, headers ->> 'location' FROM idempotency_keys ORDER BY key") == [
        ("one", 202, str(first)),
        ("three", 202, str(third)),
        ("two", 202, str(second)),
    ]
    assert len(rows(steps, "SELECT FROM payments")) == 3
