"""The baselines: simple designs that bookings are compared with, in the same application, with the same body and authentication.

They use tables of their own with the same columns, so that the invariants of the real tables are not violated.
"""

from __future__ import annotations

import os
from functools import cache
from http import HTTPStatus
from itertools import count
from typing import Any, Final
from uuid import UUID

import dramatiq
import psycopg
from dramatiq.brokers.redis import RedisBroker
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.params import JSONBody
from litestar.types import ASGIApp, Receive, Scope, Send

from api.bookings.acceptance import BookingAccepted
from api.bookings.bodies import BookingBody
from api.http.authentication import PUBLIC
from api.services import Services, SignedRequest
from core.bookings.states import BookingStatus
from core.clock import new_id
from core.db import RawConnection

NAMESPACE: Final = "bench"
BARE: Final = "/bench/bare"


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Create the tables of the baselines."""
    for table in ("flights", "bookings", "booking_segments"):
        connection.execute(f"CREATE TABLE IF NOT EXISTS bench_{table} (LIKE {table} INCLUDING ALL)".encode())
    connection.execute(
        "CREATE TABLE IF NOT EXISTS bench_seats (flight_id uuid, number int, booking_id uuid, PRIMARY KEY (flight_id, number))"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS ix_bench_seats ON bench_seats (flight_id, number) WHERE booking_id IS NULL")


def prepare_flight(connection: psycopg.Connection[Any], flight_id: UUID, seats: int) -> None:
    """Insert the flight for the handler `naive`, and its seats as rows for `skip_locked`."""
    connection.execute(
        f"INSERT INTO bench_flights ({_COLUMNS}) SELECT {_COLUMNS} FROM flights WHERE id = %s".encode(), (flight_id,)
    )
    connection.execute("INSERT INTO bench_seats SELECT %s, generate_series(1, %s)", (flight_id, seats))


_COLUMNS: Final = "id, flight_number, flight_number_key, source, destination, departure_ts, arrival_ts, departure_date, total_seats, price, currency"


@post("/bench/noop", status_code=HTTPStatus.ACCEPTED)
async def noop(data: JSONBody[BookingBody], request: SignedRequest) -> Response[BookingAccepted]:
    """The same body, the same authentication, the same shape of response; no work."""
    return _accepted(data.flights()[0], request.user.user_id)


@get("/bench/nothing", opt=PUBLIC)
async def noop_get() -> dict[str, str]:
    """A public GET: the same layers around it, a body of a few bytes, no work."""
    return {"status": "ok"}


@get("/bench/authenticated")
async def authenticated_get(request: SignedRequest) -> dict[str, str]:
    """A GET with an access token; no work."""
    return {"status": "ok", "user": str(request.user.user_id)}


@post("/bench/naive", status_code=HTTPStatus.ACCEPTED, sync_to_thread=True)
def naive(data: JSONBody[BookingBody], request: SignedRequest, services: NamedDependency[Services]) -> Response[BookingAccepted]:
    """Lock the flight's row, insert, count, commit: one transaction for each request."""
    (flight_id,) = data.flights()
    booking_id = new_id()
    with services.db.transaction() as connection:
        row = connection.execute(
            "SELECT total_seats - seats_held - seats_sold FROM bench_flights WHERE id = %s FOR UPDATE", (flight_id,)
        ).fetchone()
        if row is None or row[0] < data.seats:
            raise HTTPException(status_code=HTTPStatus.CONFLICT)
        connection.execute("UPDATE bench_flights SET seats_sold = seats_sold + %s WHERE id = %s", (data.seats, flight_id))
        _insert(connection, "bench_", booking_id, request.user.user_id, flight_id, data.seats, BookingStatus.CONFIRMED)
    return _accepted(booking_id, booking_id)


@post("/bench/skip-locked", status_code=HTTPStatus.ACCEPTED, sync_to_thread=True)
def skip_locked(
    data: JSONBody[BookingBody], request: SignedRequest, services: NamedDependency[Services]
) -> Response[BookingAccepted]:
    """Each seat is a row: take free ones that no other transaction has locked (`SKIP LOCKED`)."""
    (flight_id,) = data.flights()
    booking_id = new_id()
    with services.db.transaction() as connection:
        taken = connection.execute(
            """
            UPDATE bench_seats SET booking_id = %(booking)s WHERE flight_id = %(flight)s AND number IN (
                SELECT number FROM bench_seats WHERE flight_id = %(flight)s AND booking_id IS NULL
                ORDER BY number LIMIT %(seats)s FOR UPDATE SKIP LOCKED
            )
            """,
            {"booking": booking_id, "flight": flight_id, "seats": data.seats},
        ).rowcount
        if taken < data.seats:
            raise HTTPException(status_code=HTTPStatus.CONFLICT)
        _insert(connection, "bench_", booking_id, request.user.user_id, flight_id, data.seats, BookingStatus.CONFIRMED)
    return _accepted(booking_id, booking_id)


@post("/bench/task", status_code=HTTPStatus.ACCEPTED, sync_to_thread=True)
def task(data: JSONBody[BookingBody], request: SignedRequest, services: NamedDependency[Services]) -> Response[BookingAccepted]:
    """Commit the booking, and send one message for it to a stock worker (`loadtests/bench/installation/baseline_worker.py`)."""
    (flight_id,) = data.flights()
    booking_id = new_id()
    with services.db.transaction() as connection:
        _insert(connection, "", booking_id, request.user.user_id, flight_id, data.seats, BookingStatus.PENDING)
    send_one(booking_id, os.environ["SKYQUEUE_REDIS_URL"])
    return _accepted(booking_id, booking_id)


class BareAsgi:
    """Answers one address without any framework."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] != BARE:
            await self._app(scope, receive, send)
            return
        await receive()
        body = b'{"status":"ok"}'
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def send_one(booking_id: UUID, redis_url: str) -> None:
    """Send one message for one booking, with Dramatiq's own broker and defaults."""
    _broker(redis_url).enqueue(
        dramatiq.Message(queue_name="bookings", actor_name="reserve_one", args=(str(booking_id),), kwargs={}, options={})
    )


_numbers: Final = count(1)


@cache
def _broker(redis_url: str) -> RedisBroker:
    return RedisBroker(url=redis_url, namespace=NAMESPACE)


def _insert(
    connection: RawConnection, prefix: str, booking_id: UUID, user_id: UUID, flight_id: UUID, seats: int, status: BookingStatus
) -> None:
    """One booking of one flight. A PENDING one is left alone by the sweep for an hour. Its reference is a number: of 40,000 random ones, two are
    probably equal, and only the product draws again.
    """
    connection.execute(
        f"""
        INSERT INTO {prefix}bookings (id, user_id, seats, status, reference, price_total, currency, next_at, finished_at)
        VALUES (%(id)s, %(user)s, %(seats)s, %(status)s, %(reference)s, 7500, 'INR',
                CASE WHEN %(status)s = 'PENDING' THEN now() + interval '1 hour' END, CASE WHEN %(status)s <> 'PENDING' THEN now() END)
        """.encode(),
        {"id": booking_id, "user": user_id, "seats": seats, "status": status, "reference": f"{next(_numbers):06}"},
    )
    connection.execute(
        f"INSERT INTO {prefix}booking_segments (booking_id, position, public_id, flight_id, price_total) VALUES (%s, 0, %s, %s, 7500)".encode(),
        (booking_id, booking_id, flight_id),
    )


def _accepted(job_id: UUID, booking_id: UUID) -> Response[BookingAccepted]:
    body = BookingAccepted(job_id=job_id, booking_id=booking_id, status=BookingStatus.PENDING, status_url="/bench/noop")
    return Response(body, status_code=HTTPStatus.ACCEPTED, headers={"location": "/bench/noop", "retry-after": "1"})
