"""An API process that is stopped: all waiting clients get a response, and no error is logged."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from api.connections.connection import Connection
from api.live.booking_intake import BookingIntake
from api.serve import GRACE_SECONDS
from core.bookings.intake.requests import BookingRequest
from core.bookings.intake.rules import BookingRules
from tests.support.api import RunningApi
from tests.support.intake import ANY_NUMBER, ANY_SHARE
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.waiting import until


def book(client: httpx.Client, flight: UUID, **headers: str) -> httpx.Response:
    return client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1, "allow_duplicate": True}, headers=headers)


def test_clients_that_wait_for_a_job_get_a_response_when_the_process_stops(pipeline: Pipeline) -> None:
    flight, headers = pipeline.flight(10), pipeline.account().headers
    api = pipeline.api()
    with api.client(headers) as reader, api.client(headers) as booker, ThreadPoolExecutor() as background:
        job = book(reader, flight).json()["status_url"]
        polling = background.submit(poll, api, headers, job)
        started = threading.Event()

        def notice(step: str, _: object) -> None:
            if step == "http11.send_request_body.complete":
                started.set()

        reading = background.submit(reader.get, job, headers={"Prefer": "wait=15"}, extensions={"trace": notice})
        booking = background.submit(book, booker, flight, Prefer="wait=15")
        assert started.wait(10)
        until(lambda: pending(pipeline) == 2)
        api.stop()
        read, booked = reading.result(), booking.result()
    assert (read.status_code, read.json()["status"], "retry-after" in read.headers) == (200, "PENDING", True)
    assert (booked.status_code, booked.json()["status"], "retry-after" in booked.headers) == (202, "PENDING", True)
    assert set(polling.result()) == {200}


def poll(api: Api, headers: dict[str, str], job: str) -> list[int]:
    """What a client hears on one connection that is kept, until nobody is there to be asked."""
    responses = []
    with api.client(headers) as client:
        try:
            while True:
                responses.append(client.get(job).status_code)
        except httpx.TransportError:
            return responses


def pending(pipeline: Pipeline) -> int:
    with pipeline.db.snapshot() as connection:
        row = connection.execute("SELECT count(*) FROM bookings WHERE status = 'PENDING'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_connection_that_was_accepted_during_the_stop_is_closed_too(api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    end, passed_over = Connection.shutdown, set[Connection]()

    def shutdown(connection: Connection) -> None:
        if connection in passed_over:
            end(connection)
        passed_over.add(connection)

    monkeypatch.setattr(Connection, "shutdown", shutdown)
    with api.client() as client:
        assert client.get("/health/live").status_code == 200
        api.server.should_exit = True
        until(lambda: len(passed_over) == 1)
        until(lambda: not api.server.server_state.connections, seconds=GRACE_SECONDS / 2)


def test_what_takes_longer_than_the_grace_is_a_503_in_our_words(pipeline: Pipeline) -> None:
    """A client that does not send the rest of its body."""
    api, headers = pipeline.api(), pipeline.account().headers
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as client:
        head = ["POST /api/v1/booking HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Content-Length: 100"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        client.sendall("\r\n".join([*head, "Expect: 100-continue", "", ""]).encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # somebody waits for the body now
        api.stop()
        received = b""
        while piece := client.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5\r\n" in received
    assert b'"code":"unavailable"' in received


@pytest.mark.anyio
async def test_a_booking_of_the_last_batch_is_still_sent(pipeline: Pipeline) -> None:
    request = BookingRequest(pipeline.account().id, (pipeline.flight(10),), 1)
    intake = BookingIntake(pipeline.db, pipeline.context.dispatcher, rules=BookingRules(ANY_NUMBER, 0, ANY_SHARE))
    accepting = asyncio.create_task(intake.accept(request))
    await asyncio.sleep(0)  # it is queued now
    await intake.close()
    await accepting
    assert pipeline.unacknowledged == 1
