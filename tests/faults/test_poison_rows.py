"""One booking that cannot be stored or read, in a batch of valid ones."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from api.live.batches.cancellations import CancellationBatches, CancellationRequest
from api.live.job_reader import JobReader
from api.live.waiters import Waiters
from core.bookings.errors import NotAccepted
from core.bookings.intake.requests import Accepted, BookingRequest
from core.db import RawConnection
from tests.support.intake import new_intake
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

REFUSALS = {
    "its data is bad": "data_exception",
    "it breaks a rule of the table": "check_violation",
    "a trigger objects": "raise_exception",
    "the server has a bug": "internal_error",
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_neighbours_of_a_row_that_cannot_be_stored_are_confirmed(pipeline: Pipeline, refusal: str) -> None:
    bookings = pipeline.accept_many(101, pipeline.flight(200))
    poison(pipeline, bookings[50], REFUSALS[refusal])
    pipeline.work(*bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": 100, "PENDING": 1}
    assert pipeline.endings([bookings[50]]) == {"PENDING": 1}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_the_neighbours_of_a_row_that_cannot_be_accepted_are_accepted(pipeline: Pipeline, refusal: str) -> None:
    flight, travellers = pipeline.flight(200), pipeline.accounts(21)
    with pipeline.db.transaction() as connection:
        refuse(connection, REFUSALS[refusal], f"INSERT ON bookings FOR EACH ROW WHEN (NEW.user_id = '{travellers[7].id}')")
    results = new_intake(pipeline.db).accept([BookingRequest(each.id, (flight,), 1) for each in travellers])
    assert [turn for turn, result in enumerate(results) if not isinstance(result, Accepted)] == [7]
    assert isinstance(results[7], NotAccepted)


@pytest.mark.anyio
async def test_the_neighbours_of_a_booking_that_cannot_be_read_are_answered(pipeline: Pipeline) -> None:
    """A process of another release may have written what this one does not understand."""
    traveller, flight = pipeline.account().id, pipeline.flight(10)
    bookings = pipeline.accept(*[BookingRequest(traveller, (flight,), 1)] * 3)
    pipeline.work(*bookings)
    with pipeline.db.transaction() as connection:
        unknown = '[{"stage": "confirmed", "at": "soon"}]'
        connection.execute("UPDATE bookings SET timeline = %s WHERE id = %s", (unknown, bookings[1]))
    context = pipeline.context
    reader, cancellations = (
        JobReader(pipeline.db, Waiters()),
        CancellationBatches(pipeline.db, context.redis, context.dispatcher, context.settings),
    )
    for submit in (reader.read, lambda each: cancellations.submit(CancellationRequest(each, traveller))):
        results = await asyncio.gather(*map(submit, bookings), return_exceptions=True)
        assert [isinstance(each, Exception) for each in results] == [False, True, False]
    assert pipeline.endings(bookings) == {"CANCELLED": 3}
    await reader.close()
    await cancellations.close()


def test_a_locked_flight_delays_no_other_flight(pipeline: Pipeline) -> None:
    locked, free = pipeline.flight(10), pipeline.flight(10)
    blocked, bookings = pipeline.accept_many(2, locked), pipeline.accept_many(2, free)
    with pipeline.db.transaction() as connection:
        connection.execute("SELECT FROM flights WHERE id = %s FOR UPDATE", (locked,))
        pipeline.work(*blocked, *bookings)
        assert pipeline.endings(bookings) == {"CONFIRMED": 2}
        assert pipeline.endings(blocked) == {"PENDING": 2}
    pipeline.work(*blocked)
    assert pipeline.endings(blocked) == {"CONFIRMED": 2}
    assert pipeline.seats(locked) == (0, 2, 8)


def test_a_row_that_cannot_be_stored_is_given_up_after_its_attempts(pipeline: Pipeline) -> None:
    flight = pipeline.flight(200)
    bookings = pipeline.accept_many(11, flight)
    bad = bookings[5]
    poison(pipeline, bad, "raise_exception")
    pipeline.send(*bookings)
    worker = pipeline.worker()
    pid = worker.pid

    def has_ended() -> bool:
        pipeline.end_leases()
        return pipeline.endings([bad]) == {"internal": 1}

    until(has_ended, seconds=30, every=0.1)
    pipeline.assert_clean(bookings)
    assert pipeline.endings(bookings) == {"CONFIRMED": 10, "internal": 1}
    assert pipeline.seats(flight) == (0, 10, 190)
    assert worker.pid == pid
    with pipeline.db.snapshot() as connection:
        letters = connection.execute("SELECT kind, subject_id FROM dead_letters").fetchall()
    assert letters == [("booking", bad)]


def poison(pipeline: Pipeline, booking: UUID, error: str) -> None:
    """Let Postgres refuse to confirm this booking."""
    with pipeline.db.transaction() as connection:
        refuse(connection, error, f"UPDATE ON bookings FOR EACH ROW WHEN (NEW.id = '{booking}' AND NEW.status = 'CONFIRMED')")


def refuse(connection: RawConnection, error: str, what: str) -> None:
    """Let Postgres raise `error` before every `what`."""
    connection.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'never this one' USING ERRCODE = '{error}';
        END $$;
        CREATE TRIGGER poison BEFORE {what} EXECUTE FUNCTION refuse();
        """.encode()
    )
