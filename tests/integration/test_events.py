"""Events as a stream: who may follow what, what is heard, and what somebody who comes back hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.live import event_streams
from core.clock import new_id
from core.events import job_events
from core.events.job_events import JobEvents
from tests.support.api import ApiFactory, RunningApi, problem
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

EVENTS = "/api/v1/events"


class Listening:
    """One open stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.iter_lines()
        assert next(self._lines) == "retry: 1000"  # from here on it hears everything

    def frame(self) -> dict[str, str]:
        """The next event, by its fields; comments and the first word are left out."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "event" in fields:
                return fields
            name, colon, value = line.partition(": ")
            if colon and name:
                fields[name] = value
        raise AssertionError("the stream ended")


@contextmanager
def listening(api: RunningApi, headers: dict[str, str], *topics: str, last: str | None = None) -> Iterator[Listening]:
    resumed = {"Last-Event-ID": last} if last is not None else {}
    with (
        api.client({**headers, **resumed}) as client,
        client.stream("GET", EVENTS, params={"topics": ",".join(topics)}) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listening(answer)


def publish(api: RunningApi, **news: Any) -> None:
    assert job_events.publish(api.services.redis, JobEvents(**news))


@pytest.fixture
def heard(api: RunningApi) -> RunningApi:
    """An API that has subscribed."""
    until(lambda: api.services.redis.pubsub_numsub("skyqueue:job-events")[0][1] > 0)
    return api


def test_a_booking_is_followed_to_its_end(pipeline: Pipeline, heard: RunningApi) -> None:
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight)
    person = heard.admit()
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET user_id = %s", (person.id,))
    with listening(heard, person.headers, f"booking:{booking}", f"flight:{flight}") as stream:
        pipeline.work(booking)
        first, second = stream.frame(), stream.frame()
    assert first["event"] == "booking.confirmed"
    assert f'"subject":"booking:{booking}"' in first["data"]
    assert second["event"] == "flight.seats_changed"
    assert '"available_seats":9' in second["data"]


def test_whoever_comes_back_hears_what_was_missed_and_nothing_twice(heard: RunningApi) -> None:
    flight, other, headers = new_id(), new_id(), heard.admit().headers
    with listening(heard, headers, f"flight:{flight}") as stream:
        publish(heard, seats={flight: 3, other: 1})
        seen = stream.frame()["id"]
    publish(heard, seats={flight: 2})
    publish(heard, seats={other: 7})
    with listening(heard, headers, f"flight:{flight}", last=seen) as stream:
        assert '"available_seats":2' in stream.frame()["data"]
        publish(heard, seats={flight: 1})
        assert '"available_seats":1' in stream.frame()["data"]


@pytest.mark.parametrize("last", ["another0-1", "nonsense", "-", "{process}-999999", "{process}--1"])
def test_what_cannot_be_known_is_told_as_a_gap(heard: RunningApi, last: str) -> None:
    named = last.format(process=heard.services.live.streams._process)
    with listening(heard, heard.admit().headers, f"flight:{new_id()}", last=named) as stream:
        assert stream.frame()["event"] == "gap"


def test_a_subscription_that_was_lost_is_a_gap_for_all(heard: RunningApi) -> None:
    flight, headers = new_id(), heard.admit().headers
    with listening(heard, headers, f"flight:{flight}") as stream:
        publish(heard, seats={flight: 3})
        seen = stream.frame()["id"]
        heard.services.redis.client_kill_filter(_type="pubsub")
        gap = stream.frame()
        assert gap["event"] == "gap"
    with listening(heard, headers, f"flight:{flight}", last=seen) as stream:
        assert stream.frame()["event"] == "gap"
    until(lambda: heard.services.redis.pubsub_numsub("skyqueue:job-events")[0][1] > 0)
    with listening(heard, headers, f"flight:{flight}", last=gap["id"]) as stream:
        publish(heard, seats={flight: 2})
        assert '"available_seats":2' in stream.frame()["data"]


def test_silence_is_broken_by_a_comment(heard: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_streams, "PING_SECONDS", 0.05)
    with listening(heard, heard.admit().headers, f"flight:{new_id()}") as stream:
        assert next(line for line in stream._lines if line.startswith(":")) == ": ping"


def test_a_process_that_ends_ends_its_streams_at_once(start_api: ApiFactory) -> None:
    api = start_api()
    with listening(api, api.admit().headers, f"flight:{new_id()}") as stream:
        api.server.should_exit = True
        list(stream._lines)


def test_a_stream_that_nobody_reads_any_more_is_forgotten(heard: RunningApi) -> None:
    with listening(heard, heard.admit().headers, f"flight:{new_id()}"):
        pass
    until(lambda: heard.services.live.streams.count == 0)


def test_nobody_follows_what_is_somebody_elses(pipeline: Pipeline, api: RunningApi, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    with api.client(api.admit().headers) as stranger:
        for topic in (f"booking:{booking}", f"job:{booking}", f"job:{UUID(int=7)}", f"import:{booking}"):
            answer = stranger.get(EVENTS, params={"topics": topic})
            assert problem(answer, 404, "topic_not_found")["topic"] == topic
        for topics in (
            "",
            "cakes:1",
            "booking:nonsense",
            f"flight:{{{new_id()}}}",
            ",".join([f"flight:{new_id()}"] * 1 * 2) + ",x",
        ):
            problem(stranger.get(EVENTS, params={"topics": topics}), 422, "validation")
        many = ",".join(f"flight:{new_id()}" for _ in range(21))
        assert stranger.get(EVENTS, params={"topics": many}).status_code == 422
    problem(admin.get(EVENTS, params={"topics": f"import:{booking}"}), 404, "topic_not_found")
    with api.client() as nobody:
        assert nobody.get(EVENTS, params={"topics": f"flight:{new_id()}"}).status_code == 401
