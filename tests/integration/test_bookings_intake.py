"""The intake: many requests in one transaction, each with its own result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from api.http.database import WatchedDatabase
from core.bookings.intake.requests import Accepted, BookingRequest
from core.clock import new_id
from core.errors import Unavailable
from core.flights.errors import FlightNotFound
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.users.tokens import AccountGone
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline


def test_a_request_that_cannot_be_stored_takes_no_other_down(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    good = [BookingRequest(traveller, (flight,), 1, allow_duplicate=True) for _ in range(20)]
    bad = {
        3: BookingRequest(new_id(), (flight,), 1),
        7: BookingRequest(traveller, (new_id(),), 1),
        11: BookingRequest(new_id(), (flight,), 1),
    }
    batch = [bad.get(turn, request) for turn, request in enumerate(good)]
    results = new_intake(pipeline.db).accept(batch)
    assert [type(results[turn]) for turn in bad] == [AccountGone, FlightNotFound, AccountGone]
    accepted = [result.booking_id for result in results if isinstance(result, Accepted)]
    assert len(accepted) == len(set(accepted)) == 17
    assert pipeline.endings(accepted) == {"PENDING": 17}


def test_equal_keys_in_one_batch_are_one_booking(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    batch = [BookingRequest(traveller, (flight,), 1, idempotency_key="k", request_hash=b"a") for _ in range(5)]
    other = BookingRequest(traveller, (flight,), 2, idempotency_key="k", request_hash=b"b")
    *same, refused = new_intake(pipeline.db).accept([*batch, other])
    assert isinstance(refused, IdempotencyKeyReused)
    replies = [response for response in same if isinstance(response, Accepted)]
    assert len({response.booking_id for response in replies}) == 1
    assert [response.replayed for response in replies] == [False, True, True, True, True]


def test_references_are_unique_among_processes(pipeline: Pipeline) -> None:
    flight, traveller = pipeline.flight(10), pipeline.account().id
    intakes = [new_intake(pipeline.db) for _ in range(3)]
    for turn in range(12):
        intakes[turn % 3].accept([BookingRequest(traveller, (flight,), 1, allow_duplicate=True) for _ in range(200)])
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT reference) FROM bookings").fetchone() == (2400, 2400)


@contextmanager
def closing(pipeline: Pipeline, *, turn: int) -> Iterator[WatchedDatabase]:
    """A way to Postgres that is found to hang while the connection borrowed as the `turn`-th is used: no further one is lent."""
    database, lent = WatchedDatabase(pipeline.database_url, pool_size=1, application="intake"), 0

    def lend(*_: object) -> None:
        nonlocal lent
        lent += 1
        database.hangs = lent >= turn

    event.listen(database.engine, "checkout", lend)
    try:
        yield database
    finally:
        database.dispose()


def test_the_committed_part_of_an_interrupted_batch_is_answered_as_stored(pipeline: Pipeline) -> None:
    flights, traveller = (pipeline.flight(10), pipeline.flight(10)), pipeline.account().id
    good = BookingRequest(traveller, flights, 1, idempotency_key="a-key", request_hash=b"a hash")
    # The account that does not exist breaks the batch; its halves are tried one by one, and the connection is refused after the first.
    with closing(pipeline, turn=2) as database:
        stored, in_doubt = new_intake(database).accept([good, BookingRequest(new_id(), flights, 1)])
    assert isinstance(stored, Accepted)
    assert pipeline.endings([stored.booking_id]) == {"PENDING": 1}
    assert isinstance(in_doubt, Unavailable)
    assert "Idempotency-Key" in in_doubt.detail


def test_a_request_with_an_unknown_outcome_is_not_refused_with_nothing_changed(pipeline: Pipeline) -> None:
    flights, traveller = (pipeline.flight(10), pipeline.flight(10)), pipeline.account().id
    good = BookingRequest(traveller, flights, 1, idempotency_key="a-key", request_hash=b"a hash")
    with closing(pipeline, turn=2) as database:
        refused, in_doubt = new_intake(database).accept([BookingRequest(new_id(), flights, 1), good])
    assert isinstance(refused, AccountGone)
    assert isinstance(in_doubt, Unavailable)
    assert "Idempotency-Key" in in_doubt.detail
    (again,) = new_intake(pipeline.db).accept([good])
    assert isinstance(again, Accepted)
    assert not again.replayed


def test_a_batch_that_cannot_begin_is_refused_with_nothing_changed(pipeline: Pipeline) -> None:
    with closing(pipeline, turn=1) as database:
        database.hangs = True
        with pytest.raises(Unavailable, match="nothing was changed"):
            new_intake(database).accept([BookingRequest(pipeline.account().id, (pipeline.flight(10),), 1)])
