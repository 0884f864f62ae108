"""Clients follow streams of events while an API process, Redis or a worker is killed."""

from __future__ import annotations

import os
import signal

import httpx
import pytest

from launcher.embedded.valkey import EmbeddedValkey
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.streams import listening
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(180)


def hears(api: Api, valkey: EmbeddedValkey, pipeline: Pipeline) -> None:
    """Wait until the API has its subscription."""
    until(lambda: pipeline.context.redis.pubsub_numsub("skyqueue:job-events")[0][1] > 0, seconds=20)


def test_a_stream_gets_a_gap_after_each_crash(fragile: Pipeline, own_valkey: EmbeddedValkey) -> None:
    worker, api = fragile.worker(), fragile.api()
    until(lambda: worker.said("worker ready"), seconds=30)
    user, flight = fragile.account(), fragile.flight(100)
    topic = f"flight:{flight}"
    hears(api, own_valkey, fragile)

    def book() -> None:
        with api.client(user.headers) as client:
            response = client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1, "allow_duplicate": True})
            assert response.status_code == httpx.codes.ACCEPTED, response.text

    with listening(api, user.headers, topic) as stream:
        book()
        seen = stream.frame()
        assert seen["event"] == "flight.seats_changed"

        # Redis stops and starts again. The same stream sends a gap for both, and continues.
        os.kill(own_valkey.pid, signal.SIGKILL)
        until(lambda: not own_valkey.is_running)
        assert stream.frame()["event"] == "gap"
        own_valkey.start()
        assert stream.frame()["event"] == "gap"
        book()
        until(lambda: stream.frame()["event"] == "flight.seats_changed", seconds=60)
        last = seen["id"]

        # The API dies: the stream breaks off.
        api.kill()
        with pytest.raises(httpx.HTTPError):
            stream.end()
    api.start()
    hears(api, own_valkey, fragile)
    with listening(api, user.headers, topic, last=last) as stream:
        assert stream.frame()["event"] == "gap"
        book()
        until(lambda: stream.frame()["event"] == "flight.seats_changed", seconds=60)


def test_a_commit_whose_message_was_not_published_causes_a_gap(pipeline: Pipeline) -> None:
    """The worker is killed between its commit and its message. The worker that replaces it publishes that events may have been missed."""
    api, worker = pipeline.api(), pipeline.worker(FAILPOINTS="after_persist:crash")
    user = pipeline.account()
    (booking,) = pipeline.accept_many(1, pipeline.flight(5))
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET user_id = %s", (user.id,))
    with listening(api, user.headers, f"booking:{booking}") as stream:
        pipeline.send(booking)
        until(lambda: not worker.is_running, seconds=60)
        with api.client(user.headers) as client:
            until(lambda: client.get(f"/api/v1/jobs/{booking}").json()["status"] == "CONFIRMED")
        worker.start()
        assert stream.frame()["event"] == "gap"
