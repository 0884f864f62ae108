"""The outbox: events are written in the transaction of their change, for the readers that listen. None is lost when a reader begins to
listen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import psycopg
import pytest

from core.clock import new_id
from core.db import Database, RawConnection
from core.events import outbox
from core.events.domain_events import DATA, BookingData, Event, EventType, FlightData, booking_event
from core.events.outbox import Reader
from core.flights.changes import cancellation
from tests.support.imports import ImportSteps, csv_of, row
from tests.support.money import PaymentSteps
from tests.support.pipeline import Pipeline
from tests.support.steps import Join, Steps
from tests.support.waiting import until


def listen(db: Database, *types: EventType) -> None:
    with db.transaction() as connection:
        outbox.listen(connection, Reader.WEBHOOKS, types or tuple(EventType))


def take(db: Database) -> list[outbox.WrittenEvent]:
    with db.transaction() as connection:
        return outbox.take(connection, Reader.WEBHOOKS, limit=1000)


@contextmanager
def undone(db: Database) -> Iterator[RawConnection]:
    """A transaction that is rolled back at its end."""
    with suppress(ZeroDivisionError), db.transaction() as connection:
        yield connection
        raise ZeroDivisionError


def event_types(db: Database, subject_id: UUID) -> list[str]:
    return [event.type.value for event in take(db) if event.subject_id == subject_id]


def waits_for_a_lock(db: Database) -> bool:
    with db.snapshot() as connection:
        return bool(connection.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall())


def test_nothing_is_written_without_a_reader(pipeline: Pipeline) -> None:
    pipeline.work(*pipeline.accept_many(2, pipeline.flight(5)))
    listen(pipeline.db)
    assert take(pipeline.db) == []


def test_a_reader_gets_what_it_listens_to_and_each_event_once(pipeline: Pipeline) -> None:
    listen(pipeline.db, EventType.BOOKING_ACCEPTED, EventType.BOOKING_CONFIRMED)
    bookings = pipeline.accept_many(2, pipeline.flight(5))
    pipeline.work(*bookings)
    written = take(pipeline.db)
    assert [event.type for event in written] == [EventType.BOOKING_ACCEPTED] * 2 + [EventType.BOOKING_CONFIRMED] * 2
    assert {(event.type, event.data) for event in written} == {
        *((EventType.BOOKING_ACCEPTED, BookingData(booking, "PENDING")) for booking in bookings),
        *((EventType.BOOKING_CONFIRMED, BookingData(booking, "CONFIRMED")) for booking in bookings),
    }
    assert take(pipeline.db) == []
    listen(pipeline.db, EventType.BOOKING_CONFIRMED)
    with pipeline.db.snapshot() as connection:
        assert outbox.find_types(connection, Reader.WEBHOOKS) == {"booking.confirmed"}
    pipeline.work(*pipeline.accept_many(1, pipeline.flight(5)))
    assert [event.type for event in take(pipeline.db)] == [EventType.BOOKING_CONFIRMED]
    listen_to_nothing(pipeline.db)
    pipeline.work(*pipeline.accept_many(1, pipeline.flight(5)))
    assert take(pipeline.db) == []


def listen_to_nothing(db: Database) -> None:
    with db.transaction() as connection:
        outbox.listen(connection, Reader.WEBHOOKS, ())


def test_an_event_is_undone_with_its_change(db: Database) -> None:
    listen(db)
    with undone(db) as connection:
        outbox.write(connection, [Event(EventType.FLIGHT_CHANGED, FlightData(new_id()))])
    assert take(db) == []


def test_an_event_that_a_reader_could_not_keep_comes_again(db: Database) -> None:
    listen(db)
    with db.transaction() as connection:
        outbox.write(connection, [Event(EventType.FLIGHT_CHANGED, FlightData(new_id()))])
    with undone(db) as connection:
        lost = outbox.take(connection, Reader.WEBHOOKS, limit=10)
    assert take(db) == lost != []


@pytest.mark.parametrize("waits", [True, False])
def test_listen_waits_for_transactions_that_found_no_reader(db: Database, waits: bool) -> None:
    """A change is on its way that has seen nobody listening. Control: who does not wait listens before that change is committed, and
    never hears of it.
    """
    set_types = outbox.listen if waits else outbox._set_types

    def begin() -> None:
        with db.transaction() as connection:
            set_types(connection, Reader.WEBHOOKS, tuple(EventType))

    listener = threading.Thread(target=begin)
    with db.transaction() as change:
        outbox.write(change, [booking_event(new_id(), "CONFIRMED")])
        listener.start()
        until(lambda: waits_for_a_lock(db) or not listener.is_alive())
        listens_too_early = not listener.is_alive()
    listener.join()
    assert listens_too_early is not waits
    booking = new_id()
    with db.transaction() as connection:
        outbox.write(connection, [booking_event(booking, "CONFIRMED")])
    assert event_types(db, booking) == ["booking.confirmed"]


def test_who_begins_to_listen_does_not_wait_for_ever(db: Database) -> None:
    with db.transaction() as long:
        outbox.write(long, [])
        with pytest.raises(psycopg.errors.LockNotAvailable):
            listen(db)
    listen(db)


def test_a_paid_and_cancelled_booking_has_all_events(
    pipeline: Pipeline, payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    listen(pipeline.db)
    booking = payment_steps.hold(payer, (flight,))
    payment_steps.pay(booking, "tok_declined", payer)
    payment_steps.work(booking)
    payment_steps.pay(booking, "tok_ok", payer)
    payment_steps.work(booking)
    payment_steps.steps.cancel(booking, payer)
    payment_steps.refund()
    assert event_types(pipeline.db, booking) == [
        "booking.accepted",
        "booking.held",
        "payment.declined",
        "payment.succeeded",
        "booking.confirmed",
        "booking.cancelled",
        "payment.refunded",
    ]


def test_an_offer_of_the_waiting_list_has_events_for_its_beginning_and_its_end(
    steps: Steps, sold_out: tuple[UUID, list[UUID]], wait: Join, payment_steps: PaymentSteps
) -> None:
    flight, bookings = sold_out
    traveller = wait(flight)
    listen(steps.pipeline.db)
    steps.cancel(bookings[0])
    offer = steps.place(flight, traveller).offer
    assert offer is not None
    payment_steps.expire(offer.booking_id)
    assert event_types(steps.pipeline.db, offer.booking_id) == [
        "booking.held",
        "waitlist.offered",
        "waitlist.offer_expired",
        "booking.expired",
    ]


def test_flights_and_imports_have_events(import_steps: ImportSteps, db: Database) -> None:
    import_steps.take(csv_of([row(1)]))
    listen(db)
    import_steps.take(csv_of([row(1, price="9999.00")]))
    events = take(db)
    assert [event.type for event in events] == [EventType.FLIGHT_CHANGED, EventType.IMPORT_FINISHED]
    with db.transaction() as connection:
        cancellation.begin(connection, events[0].subject_id, "no crew", user_id=None)
    assert event_types(db, events[0].subject_id) == ["flight.cancelled"]


def test_every_type_has_its_data() -> None:
    assert set(DATA) == set(EventType)
