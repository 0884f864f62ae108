"""Cancellations that arrive together share a transaction, and each gets its own result."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from types import SimpleNamespace
from uuid import UUID

import pytest
import redis

from api.app import REDIS_SECONDS
from api.live.batches.cancellations import CancellationBatches, CancellationRequest
from api.live.batches.requests import ALONE, NotBatched
from core.bookings.errors import BookingNotFound, NotCancellable, QuoteExpired, QuoteNotFound, QuoteSuperseded
from core.bookings.models import PaymentMode
from core.bookings.reading.views import BookingView
from core.clock import new_id
from core.db import AWAY
from core.errors import Unavailable
from core.lifecycle import cancel as cancelling
from core.messaging.dispatcher import SEND_SECONDS
from tests.support.counting_database import CountingDatabase
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps

pytestmark = pytest.mark.anyio


async def cancel(
    pipeline: Pipeline, database: CountingDatabase, wanted: Sequence[tuple[UUID, UUID] | tuple[UUID, UUID, bool]]
) -> list[BookingView | BaseException]:
    """The results of requests that arrive together. `wanted`: bookings or quotes, who cancels them, and whether it is a quote."""
    batches = CancellationBatches(database, pipeline.redis, pipeline.context.dispatcher, pipeline.context.settings)
    results = await asyncio.gather(*(batches.submit(CancellationRequest(*each)) for each in wanted), return_exceptions=True)
    await batches.close()
    database.dispose()
    return results


@pytest.fixture
def database(pipeline: Pipeline) -> CountingDatabase:
    return CountingDatabase(pipeline.database_url, pool_size=1, application="cancellations")


def taken(steps: Steps) -> list[tuple[int, int]]:
    with steps.context.db.snapshot() as connection:
        return connection.execute("SELECT seats_held, seats_sold FROM flights ORDER BY id").fetchall()


def pay(steps: Steps, booking: UUID) -> None:
    steps.execute(
        """
        INSERT INTO payments (id, booking_id, token, amount, currency, status)
        SELECT gen_random_uuid(), id, 'tok_ok', price_total, currency, 'SUCCEEDED' FROM bookings WHERE id = %s
        """,
        booking,
    )


async def test_each_request_of_a_batch_has_its_own_result(pipeline: Pipeline, steps: Steps, database: CountingDatabase) -> None:
    owner, other = (each.id for each in pipeline.accounts(2))
    first, again, held, bought, foreign = (
        steps.book(who, pipeline.flight(5), 2, mode)
        for who, mode in ((owner, PaymentMode.NONE),) * 2
        + ((owner, PaymentMode.HOLD), (owner, PaymentMode.NONE), (other, PaymentMode.NONE))
    )
    results = await cancel(
        pipeline,
        database,
        [
            (first, owner),
            (first, owner),
            (again, owner),
            (foreign, owner),
            (held, owner),
            (new_id(), owner),
            (again, owner),
            (bought, owner),
        ],
    )
    assert [each.status if isinstance(each, BookingView) else type(each) for each in results] == [
        "CANCELLED",
        NotBatched,
        "CANCELLED",
        BookingNotFound,
        "CANCELLED",
        BookingNotFound,
        NotBatched,
        "CANCELLED",
    ]  # fmt: skip
    assert database.transactions == 1
    assert taken(steps) == [(0, 0)] * 4 + [(0, 2)]
    (late,) = await cancel(pipeline, CountingDatabase(pipeline.database_url, pool_size=1, application="again"), [(first, owner)])
    assert isinstance(late, NotCancellable)


async def test_refunds_and_reasons_are_those_of_each_booking(
    pipeline: Pipeline, steps: Steps, database: CountingDatabase
) -> None:
    owner = pipeline.account().id
    flight, cancelled_flight = pipeline.flight(9), pipeline.flight(9)
    unpaid, paid, by_airline = (
        steps.book(owner, each, seats) for each, seats in ((flight, 1), (flight, 2), (cancelled_flight, 3))
    )
    for each in (paid, by_airline):
        pay(steps, each)
    steps.execute("UPDATE flights SET status = 'CANCELLED' WHERE id = %s", cancelled_flight)
    results = await cancel(pipeline, database, [(each, owner) for each in (unpaid, paid, by_airline)])
    assert database.transactions == 1
    views = [each for each in results if isinstance(each, BookingView)]
    assert [(each.status, each.failure and each.failure.code, each.refund and (each.refund.amount, each.refund.reason)) for each in views] == [
        ("CANCELLED", None, None),
        ("CANCELLED", None, ("11250.00", "cancelled")),
        ("CANCELLED", "flight_cancelled", ("22500.00", "flight_cancelled")),
    ]  # fmt: skip
    assert taken(steps) == [(0, 0)] * 2


def quote(steps: Steps, booking: UUID) -> UUID:
    with steps.context.db.transaction() as connection:
        return cancelling.quote(connection, booking, None, steps.context.settings.fares).id


async def test_quotes_are_confirmed_in_the_same_batch(pipeline: Pipeline, steps: Steps, database: CountingDatabase) -> None:
    owner, other = (each.id for each in pipeline.accounts(2))
    flight = pipeline.flight(20)
    quoted, at_once, twice, outdated, expired, paid_later, foreign, ended, moved = (
        steps.book(who, flight) for who in [owner] * 6 + [other] + [owner] * 2
    )
    for each in (quoted, at_once, moved):
        pay(steps, each)
    quotes = {each: quote(steps, each) for each in (quoted, twice, outdated, expired, paid_later, foreign, ended, moved)}
    quote(steps, outdated)
    pay(steps, paid_later)
    steps.execute("UPDATE cancellations SET expires_at = now() WHERE booking_id = %s", expired)
    pipeline.cancel(ended)
    steps.execute(
        """
        INSERT INTO schedule_changes (id, booking_id, position, old_departure_ts, old_arrival_ts, new_departure_ts, new_arrival_ts)
        VALUES (gen_random_uuid(), %s, 0, now(), now(), now(), now())
        """,
        moved,
    )

    def confirmation(booking: UUID) -> tuple[UUID, UUID, bool]:
        return quotes[booking], owner, True

    wanted = [confirmation(each) for each in (quoted, quoted, twice, outdated, expired, paid_later, foreign, ended, moved)]
    results = await cancel(pipeline, database, [*wanted, (at_once, owner), (twice, owner), (new_id(), owner, True)])
    assert [each.status if isinstance(each, BookingView) else type(each) for each in results] == [
        "CANCELLED",
        NotBatched,
        "CANCELLED",
        QuoteSuperseded,
        QuoteExpired,
        QuoteSuperseded,
        QuoteNotFound,
        NotCancellable,
        "CANCELLED",
        "CANCELLED",
        NotBatched,
        QuoteNotFound,
    ]
    assert database.transactions == 1
    amounts = [(each.id, each.refund and each.refund.amount) for each in results if isinstance(each, BookingView)]
    assert amounts == [(quoted, "5625.00"), (twice, None), (moved, "7500.00"), (at_once, "5625.00")]
    assert taken(steps) == [(0, 4)]
    again = await cancel(
        pipeline, CountingDatabase(pipeline.database_url, pool_size=1, application="again"), [confirmation(quoted)]
    )
    assert [(each.id, each.status) for each in again if isinstance(each, BookingView)] == [(quoted, "CANCELLED")]
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT booking_id) FROM refunds").fetchone() == (3, 3)


async def test_of_a_flight_that_is_locked_no_booking_is_cancelled_in_the_batch(
    pipeline: Pipeline, steps: Steps, database: CountingDatabase
) -> None:
    owner = pipeline.account().id
    free, locked = pipeline.flight(5), pipeline.flight(5)
    bookings = [steps.book(owner, each) for each in (free, locked, free, locked)]
    quotes = [quote(steps, each) for each in bookings[2:]]
    with pipeline.db.transaction() as connection:
        connection.execute("SELECT FROM flights WHERE id = %s FOR NO KEY UPDATE", (locked,))
        results = await cancel(
            pipeline, database, [*((each, owner) for each in bookings[:2]), *((each, owner, True) for each in quotes)]
        )
    assert [type(each) for each in results] == [BookingView, NotBatched] * 2
    assert [steps.status(each) for each in bookings] == ["CANCELLED", "CONFIRMED"] * 2
    assert taken(steps) == [(0, 0), (0, 2)]


async def test_a_server_that_is_away_gets_one_attempt_for_all_cancellations(pipeline: Pipeline) -> None:
    database = CountingDatabase("postgresql://127.0.0.1:1/nobody", pool_size=1, application="cancellations")
    owner = new_id()
    results = await cancel(pipeline, database, [(new_id(), owner) for _ in range(20)])
    assert all(isinstance(each, AWAY) for each in results)
    assert database.transactions == 1


async def test_while_redis_hangs_no_cancellation_is_refused(
    pipeline: Pipeline, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first batch waits for its time-outs. The second request comes at their end."""
    owner, flight = pipeline.account().id, pipeline.flight(5)
    bookings = [steps.book(owner, flight) for _ in range(2)]
    published, timed_out = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        published.set()
        assert timed_out.wait(10)
        raise redis.TimeoutError

    monkeypatch.setattr(pipeline.redis, "publish", hang)
    batches = CancellationBatches(pipeline.db, pipeline.redis, pipeline.context.dispatcher, pipeline.context.settings)
    first = asyncio.create_task(batches.submit(CancellationRequest(bookings[0], owner)))
    assert await asyncio.to_thread(published.wait, 10)
    passed = REDIS_SECONDS + SEND_SECONDS
    clock = time.monotonic
    monkeypatch.setattr("core.batching.time", SimpleNamespace(monotonic=lambda: clock() + passed))
    second = asyncio.create_task(batches.submit(CancellationRequest(bookings[1], owner)))
    await asyncio.sleep(0)  # it is queued, or refused
    timed_out.set()
    assert [(await each).status for each in (first, second)] == ["CANCELLED"] * 2
    await batches.close()


async def test_changes_that_are_not_batched_leave_connections_for_others(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = CancellationBatches(pipeline.db, pipeline.redis, pipeline.context.dispatcher, pipeline.context.settings)
    is_unlocked = threading.Event()

    def wait_for_lock(number: int) -> int:
        assert is_unlocked.wait(10)
        return number

    waiting = [asyncio.create_task(batches.run_alone(wait_for_lock, number)) for number in range(ALONE + 1)]
    await asyncio.sleep(0)  # they have their places, or wait for them
    with monkeypatch.context() as impatient:
        impatient.setattr("api.live.batches.requests.PLACE_SECONDS", 0.0)
        with pytest.raises(Unavailable):
            await batches.run_alone(wait_for_lock, -1)
    is_unlocked.set()
    assert await asyncio.gather(*waiting) == list(range(ALONE + 1))
    await batches.close()
