"""Event streams: who may follow which topic, which events are sent, and which a client gets after a reconnection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from api import events
from api.live.streams import event_streams
from core.clock import new_id
from core.events import job_events
from core.events.job_events import JobEvents
from core.redis import clients
from core.users.models import Role
from core.users.tokens import Principal
from tests.support.api import PASSWORD, ApiFactory, RunningApi, problem, register
from tests.support.pipeline import Pipeline
from tests.support.streams import EVENTS, listening
from tests.support.waiting import until


def publish(api: RunningApi, **changes: Any) -> None:
    assert job_events.publish(api.services.redis, JobEvents(**changes))


def lose_subscriptions(api: RunningApi) -> None:
    """Of this installation: others may use the same server."""
    client = api.services.redis
    ours = str(client.get_connection_kwargs().get("db", 0))
    for each in client.client_list(_type="pubsub"):
        if each["db"] == ours:
            client.client_kill_filter(_id=each["id"])


@pytest.fixture
def running_api(api: RunningApi) -> RunningApi:
    """An API with a subscription. Earlier events have all been received."""

    def hears() -> bool:
        publish(api, seats={UUID(int=0): 1})
        return bool(api.services.live.streams._recent)

    until(hears)
    return api


def test_a_booking_is_followed_to_its_end(pipeline: Pipeline, running_api: RunningApi) -> None:
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight)
    user = running_api.admit()
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET user_id = %s", (user.id,))
    with listening(running_api, user.headers, f"booking:{booking}", f"flight:{flight}") as stream:
        pipeline.work(booking)
        first, second = stream.frame(), stream.frame()
    assert first["event"] == "booking.confirmed"
    assert f'"subject":"booking:{booking}"' in first["data"]
    assert second["event"] == "flight.seats_changed"
    assert '"available_seats":9' in second["data"]


def test_a_client_that_reconnects_gets_the_missed_events_once(pipeline: Pipeline, running_api: RunningApi) -> None:
    flight, other, headers = pipeline.flight(5), new_id(), running_api.admit().headers
    with listening(running_api, headers, f"flight:{flight}") as stream:
        publish(running_api, seats={flight: 3, other: 1})
        seen = stream.frame()["id"]
    publish(running_api, seats={flight: 2})
    publish(running_api, seats={other: 7})
    with listening(running_api, headers, f"flight:{flight}", last=seen) as stream:
        assert '"available_seats":2' in stream.frame()["data"]
        publish(running_api, seats={flight: 1})
        assert '"available_seats":1' in stream.frame()["data"]


@pytest.mark.parametrize("last", ["another0-1", "nonsense", "-", "{process}-999999", "{process}--1"])
def test_unknown_events_are_a_gap(pipeline: Pipeline, running_api: RunningApi, last: str) -> None:
    named = last.format(process=running_api.services.live.streams._process)
    with listening(running_api, running_api.admit().headers, f"flight:{pipeline.flight(5)}", last=named) as stream:
        assert stream.frame()["event"] == "gap"


def test_a_subscription_that_was_lost_is_a_gap_for_all(pipeline: Pipeline, running_api: RunningApi) -> None:
    flight, headers = pipeline.flight(5), running_api.admit().headers
    with listening(running_api, headers, f"flight:{flight}") as stream:
        publish(running_api, seats={flight: 3})
        seen = stream.frame()["id"]
        lose_subscriptions(running_api)
        lost, gap = stream.frame(), stream.frame()
        assert (lost["event"], gap["event"]) == ("gap", "gap"), "when it is lost, and when it is there again"
    for before in (seen, lost["id"]):
        with listening(running_api, headers, f"flight:{flight}", last=before) as stream:
            assert stream.frame()["event"] == "gap"
    with listening(running_api, headers, f"flight:{flight}", last=gap["id"]) as stream:
        publish(running_api, seats={flight: 2})
        assert '"available_seats":2' in stream.frame()["data"]


def test_silence_is_broken_by_a_comment(pipeline: Pipeline, running_api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_streams, "PING_SECONDS", 0.05)
    with listening(running_api, running_api.admit().headers, f"flight:{pipeline.flight(5)}") as stream:
        assert next(line for line in stream._lines if line.startswith(":")) == ": ping"


def test_a_process_that_ends_ends_its_streams_at_once(pipeline: Pipeline, start_api: ApiFactory) -> None:
    api = start_api()
    with listening(api, api.admit().headers, f"flight:{pipeline.flight(5)}") as stream:
        api.server.should_exit = True
        stream.end()


@pytest.mark.parametrize("way", ["logout", "everywhere", "closed"])
def test_a_stream_ends_when_its_user_signs_out(pipeline: Pipeline, running_api: RunningApi, way: str) -> None:
    with running_api.client() as browser:
        user = register(browser)
        with listening(running_api, user.headers, f"flight:{pipeline.flight(5)}") as stream:
            other = running_api.admit().headers
            with listening(running_api, other, f"flight:{pipeline.flight(5)}") as followed:
                match way:
                    case "logout":
                        response = browser.post("/api/v1/auth/logout")
                    case "everywhere":
                        response = browser.post("/api/v1/auth/logout-everywhere", headers=user.headers)
                    case _:
                        gone = {"password": PASSWORD}
                        response = browser.request("DELETE", "/api/v1/auth/me", headers=user.headers, json=gone)
                assert response.status_code == 204, response.text
                stream.end()
                assert running_api.services.live.streams.count == 1, "the other one goes on"
                publish(running_api, missed=True)
                assert followed.frame()["event"] == "gap"


def test_a_key_that_is_revoked_by_another_process_ends_its_stream(pipeline: Pipeline, start_api: ApiFactory) -> None:
    secret = "the secret of both processes, longer than it has to be"
    here, there = start_api(JWT_SECRET=secret), start_api(JWT_SECRET=secret)
    with here.client(here.admit(Role.ADMIN).headers) as admin:
        made = admin.post("/admin/api-keys", json={"name": "the shop", "scopes": ["read"]}).json()
        key = {"Authorization": f"Bearer {made['key']}"}
        with there.client(key) as program:
            until(lambda: program.get("/api/v1/auth/me").status_code == 200)
        with listening(there, key, f"flight:{pipeline.flight(5)}") as stream:
            assert admin.delete(f"/admin/api-keys/{made['api_key']['id']}").status_code == 204
            stream.end()


def test_without_a_look_a_stream_outlives_its_session(pipeline: Pipeline, running_api: RunningApi) -> None:
    """The control: the streams are judged once a second, and a session that has ended is not looked at otherwise."""
    streams, user = running_api.services.live.streams, Principal(new_id(), "somebody", Role.TRAVELLER, session_id=new_id())
    headers = {"Authorization": f"Bearer {running_api.services.tokens.issue(user)}"}
    with listening(running_api, headers, f"flight:{pipeline.flight(5)}") as stream:
        streams.end_where(lambda _: False)
        assert streams.count == 1
        running_api.services.ended.note([user.session_id] if user.session_id else [])
        stream.end()


def test_a_token_in_the_address_is_no_token(pipeline: Pipeline, api: RunningApi) -> None:
    token = api.admit().headers["Authorization"].removeprefix("Bearer ")
    flight = pipeline.flight(5)
    with api.client() as nobody:
        for name in ("access_token", "token"):
            problem(nobody.get(EVENTS, params={"topics": f"flight:{flight}", name: token}), 401, "unauthenticated")


def test_a_message_that_was_lost_is_a_gap(pipeline: Pipeline, running_api: RunningApi) -> None:
    """If the connection of a publisher fails while ours works, its next message says that one may have been lost."""
    flight = pipeline.flight(5)
    nowhere = clients.connect("redis://127.0.0.1:1/0", seconds=0.5)
    with listening(running_api, running_api.admit().headers, f"flight:{flight}") as stream:
        assert not job_events.publish(nowhere, JobEvents(seats={flight: 4}))
        publish(running_api, seats={flight: 3})
        assert [stream.frame()["event"], stream.frame()["event"]] == ["flight.seats_changed", "gap"]
        publish(running_api, seats={flight: 2})
        assert '"available_seats":2' in stream.frame()["data"]


def test_a_stream_whose_client_has_disconnected_is_removed(pipeline: Pipeline, running_api: RunningApi) -> None:
    with listening(running_api, running_api.admit().headers, f"flight:{pipeline.flight(5)}"):
        pass
    until(lambda: running_api.services.live.streams.count == 0)


def test_topics_of_other_accounts_cannot_be_followed(pipeline: Pipeline, api: RunningApi, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    with api.client(api.admit().headers) as other_traveller:
        line = f"waitlist:{pipeline.flight(10)}"
        for topic in (
            f"booking:{booking}",
            f"job:{booking}",
            f"job:{UUID(int=7)}",
            f"import:{booking}",
            f"flight:{UUID(int=7)}",
            line,
        ):
            response = other_traveller.get(EVENTS, params={"topics": topic})
            assert problem(response, 404, "topic_not_found")["topic"] == topic
        for topics in (
            "",
            "cakes:1",
            "booking:nonsense",
            f"flight:{{{new_id()}}}",
            ",".join([f"flight:{new_id()}"] * 1 * 2) + ",x",
        ):
            problem(other_traveller.get(EVENTS, params={"topics": topics}), 422, "validation")
        many = ",".join(f"flight:{new_id()}" for _ in range(21))
        assert other_traveller.get(EVENTS, params={"topics": many}).status_code == 422
    problem(admin.get(EVENTS, params={"topics": f"import:{booking}"}), 404, "topic_not_found")
    with api.client() as nobody:
        assert nobody.get(EVENTS, params={"topics": f"flight:{new_id()}"}).status_code == 401


def test_one_account_leaves_streams_to_the_others(
    pipeline: Pipeline, running_api: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_STREAMS_OF_ACCOUNT", 1)
    flight = pipeline.flight(5)
    topic = f"flight:{flight}"
    heavy_user, other = running_api.admit(), running_api.admit()
    with listening(running_api, heavy_user.headers, topic) as stream:
        with running_api.client(heavy_user.headers) as client:
            refused = problem(client.get(EVENTS, params={"topics": topic}), 503, "overloaded")
        assert refused["detail"] == "You have 1 streams open. Close some of them first."
        with listening(running_api, other.headers, topic):
            publish(running_api, seats={flight: 3})
            assert stream.frame()["event"] == "flight.seats_changed"
    until(lambda: running_api.services.live.streams.count_of(heavy_user.id) == 0)
    with listening(running_api, heavy_user.headers, topic):
        pass


def test_a_client_that_missed_too_many_events_gets_a_gap(
    pipeline: Pipeline, running_api: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "MAX_QUEUED_FRAMES", 2)
    flight, headers = pipeline.flight(5), running_api.admit().headers
    with listening(running_api, headers, f"flight:{flight}") as stream:
        publish(running_api, seats={flight: 5})
        seen = stream.frame()["id"]
        for free in (4, 3, 2):
            publish(running_api, seats={flight: free})
            last = stream.frame()["id"]
    with listening(running_api, headers, f"flight:{flight}", last=seen) as stream:
        gap = stream.frame()
        assert (gap["event"], gap["id"]) == ("gap", last)
