"""The statements of a booking are planned once for a connection, also in a process that handles one booking at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import psycopg

from core.after_commit import AfterCommit
from core.bookings.intake import duplicates, fair_share, insert
from core.bookings.intake.requests import BookingRequest
from core.bookings.reading.by_id import read_texts
from core.bookings.states import BookingStatus
from core.bookings.transitions import Transition, Transitions, stages
from core.bookings.unfinished import pending
from core.clock import new_id, now
from core.db import opened
from core.flights import seat_counts
from tests.support.pipeline import Pipeline

TIMES: Final = 20
LEARNED: Final = 5
"""Postgres always plans so many executions for their values, to learn what such plans cost."""
ROWS: Final = 500
ARRAY_IN_SIGHT: Final = "SELECT b.id FROM bookings b JOIN booking_segments s ON s.booking_id = b.id WHERE b.id = ANY(%s)"


def custom_plans(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, int]:
    """How often each prepared statement was planned for the values of one execution."""
    rows = connection.execute("SELECT statement, custom_plans FROM pg_prepared_statements", prepare=False).fetchall()
    return {" ".join(statement.split()): plans for statement, plans in rows}


def handle(connection: psycopg.Connection[tuple[Any, ...]], booking_id: UUID, traveller: UUID, flight: UUID) -> None:
    """The statements of one booking that have arrays, from the intake to the answer. Nothing is inserted."""
    request = BookingRequest(traveller, (flight,), 1, booking_id=new_id())
    insert.lock_terms(connection, [request])
    fair_share.find_over_limit(connection, [request], 9)
    duplicates.find_duplicates(connection, [request], minutes=10)
    assert pending.load_pending(connection, [booking_id])
    assert pending.lock_pending(connection, [booking_id], [BookingStatus.PENDING])
    counts = seat_counts.lock_counts(connection, [flight])
    counts[flight].sell(1)
    seat_counts.write_counts(connection, counts)
    for source, target in pairwise((BookingStatus.PENDING, BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.CANCELLED)):
        transitions = Transitions()
        transitions.add(Transition(booking_id, target, stages((target.lower(), now()))))
        transitions.write(connection, source, AfterCommit(), hold_minutes=10)
    assert read_texts(connection, [booking_id])


def test_single_bookings_do_not_make_postgres_plan_each_time(pipeline: Pipeline) -> None:
    flight = pipeline.flight(ROWS + TIMES)
    bookings = pipeline.accept_many(ROWS, flight)
    traveller = pipeline.account().id
    with psycopg.connect(pipeline.database_url, autocommit=True) as connection:
        connection.execute("ANALYZE bookings, booking_segments, users, flights")
    with opened(pipeline.database_url, pool_size=1, application="test") as db, db.transaction() as connection:
        connection.prepare_threshold = 0
        for booking_id in bookings[:TIMES]:
            handle(connection, booking_id, traveller, flight)
            connection.execute(ARRAY_IN_SIGHT, ([booking_id],))
        planned = custom_plans(connection)
    assert planned.pop(ARRAY_IN_SIGHT.replace("%s", "$1")) == TIMES, (
        "the control: with the array in sight, each execution is planned"
    )
    assert len(planned) == 14
    assert {statement: plans for statement, plans in planned.items() if plans > LEARNED} == {}
