"""Seat numbers are free again when their booking ends, in every way in which it can end."""

from __future__ import annotations

from uuid import UUID

import httpx

from core.bookings.states import BookingStatus
from core.lifecycle import give_up
from tests.support import shared_installation
from tests.support.api import problem
from tests.support.cabins import book, booked, flight_with_cabin, numbers, put, taken, wrong_numbers
from tests.support.pipeline import Pipeline
from workers.flights import cancel_flights
from workers.sweeps import money

pipeline, api, account = shared_installation.pipeline, shared_installation.api, shared_installation.account
client, other_traveller, admin = shared_installation.client, shared_installation.other_traveller, shared_installation.admin


def test_a_seat_is_free_when_its_booking_is_cancelled(
    client: httpx.Client, other_traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flight = flight_with_cabin(pipeline)
    booking = booked(book(client, flight, seat_numbers=[["1A"]]))
    pipeline.work(booking)
    assert client.delete(f"/api/v1/bookings/{booking}").status_code == 200
    assert numbers(client, booking) == [[]]
    problem(put(client, booking, [["1A"]]), 409, "seats_fixed")
    booked(book(other_traveller, flight, seat_numbers=[["1A"]]))


def test_a_seat_is_free_when_its_booking_finds_no_seats_by_count(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    everything = pipeline.accept_many(3, flight, seats=3)
    pipeline.work(*everything)
    (late,) = pipeline.accept_many(1, flight)
    with pipeline.db.transaction() as connection:
        connection.execute("INSERT INTO seat_numbers VALUES (%s, 0, 1, %s, '1A')", (late, flight))
    assert taken(client, flight) == ["1A"]
    pipeline.work(late)
    assert pipeline.endings([late]) == {"sold_out": 1}
    assert taken(client, flight) == []


def test_a_seat_is_free_when_a_hold_ends_and_when_a_booking_is_given_up(client: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    held = booked(book(client, flight, seat_numbers=[["1A"]], payment={"hold": True}))
    pipeline.work(held)
    waiting = booked(book(client, flight, seat_numbers=[["1C"]]))
    with pipeline.db.transaction() as connection:
        connection.execute(
            "UPDATE bookings SET hold_expires_at = now() - interval '1 minute', next_at = now() WHERE id = %s", (held,)
        )
        give_up.give_up(connection, [waiting])
    money.end_overdue(pipeline.context)
    assert pipeline.endings([held, waiting]) == {BookingStatus.EXPIRED: 1, "internal": 1}
    assert taken(client, flight) == []
    assert wrong_numbers(pipeline) == []


def test_seats_of_a_cancelled_flight_are_free_and_fixed(client: httpx.Client, admin: httpx.Client, pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    booking = booked(book(client, flight, seat_numbers=[["1A"]]))
    pipeline.work(booking)
    job = admin.post(f"/admin/flights/{flight}/cancel", json={"reason": "fog"}).json()["job_id"]
    problem(put(client, booking, [["2A"]]), 409, "seats_fixed")
    cancel_flights(pipeline.context, [UUID(job)])
    assert pipeline.endings([booking]) == {"CANCELLED": 1}
    assert taken(client, flight) == []
