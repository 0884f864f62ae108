"""Webhooks over HTTP: signed calls to a real receiver, from the console's API to the log of deliveries."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid4

import anyio
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from core.clock import new_id
from core.events import outbox
from core.events.domain_events import booking_event
from core.users.models import Role
from core.webhooks.deliveries import Attempt, DueDelivery
from core.webhooks.signature import new_secret
from tests.support.api import ApiFactory, RunningApi, problem
from tests.support.receiver import Receiver, receiving
from tests.support.waiting import until
from workers.health.progress import Progress
from workers.webhooks.caller import Caller
from workers.webhooks.sender import WebhookSender

WEBHOOKS: Final = "/admin/webhooks"
ALL: Final = ["booking.accepted", "booking.confirmed", "booking.cancelled"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def api(start_api: ApiFactory) -> RunningApi:
    return start_api(WEBHOOK_PRIVATE_ADDRESSES="on")


@pytest.fixture
def sender(api: RunningApi) -> Iterator[None]:
    stopping = threading.Event()
    sender = WebhookSender(api.services.db, Progress(), stopping, allows_private=True)
    sender.start()
    yield
    stopping.set()
    sender.thread.join()


def create(admin: httpx.Client, url: str, **more: Any) -> tuple[str, str]:
    """Its id and its secret."""
    response = admin.post(WEBHOOKS, json={"url": url, "events": ALL, **more})
    assert response.status_code == 201, response.text
    return response.json()["webhook"]["id"], response.json()["secret"]


def log_of(admin: httpx.Client, webhook: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = admin.get(f"{WEBHOOKS}/{webhook}/deliveries").raise_for_status().json()["data"]
    return data


def publish_statuses(api: RunningApi, booking: UUID, *statuses: str) -> None:
    for status in statuses:
        with api.services.db.transaction() as connection:
            outbox.write(connection, [booking_event(booking, status)])


@pytest.mark.usefixtures("sender")
def test_events_are_sent_signed_and_in_their_order(api: RunningApi, admin: httpx.Client, receiver: Receiver) -> None:
    webhook, secret = create(admin, receiver.url)
    booking = new_id()
    publish_statuses(api, booking, "PENDING", "HELD", "CONFIRMED", "CANCELLED")
    until(lambda: len(receiver.calls) == 3)
    read = [Webhook(secret).verify(body, headers) for _, headers, body in receiver.calls]
    assert [event["type"] for event in read] == ALL  # and nothing of `booking.held`, which nobody wants
    assert read[1]["data"] == {"booking_id": str(booking), "status": "CONFIRMED"}
    until(lambda: [each["status"] for each in log_of(admin, webhook)] == ["DELIVERED"] * 3)
    assert {each["last_status"] for each in log_of(admin, webhook)} == {204}


@pytest.mark.usefixtures("sender")
def test_a_delivery_is_replayed_with_its_id_and_a_ping_is_seen(admin: httpx.Client, receiver: Receiver) -> None:
    webhook, first = create(admin, receiver.url)
    assert admin.post(f"{WEBHOOKS}/{webhook}/ping").status_code == 202
    until(lambda: [each["status"] for each in log_of(admin, webhook)] == ["DELIVERED"])
    (delivery,) = log_of(admin, webhook)
    second = admin.post(f"{WEBHOOKS}/{webhook}/rotate-secret").json()["secret"]
    assert admin.post(f"{WEBHOOKS}/{webhook}/deliveries/{delivery['id']}/replay").status_code == 202
    until(lambda: len(receiver.calls) == 2)
    once, again = receiver.calls
    assert once[1]["webhook-id"] == again[1]["webhook-id"]
    for secret in (first, second):
        assert Webhook(secret).verify(again[2], again[1])["type"] == "webhook.ping"
    problem(admin.post(f"{WEBHOOKS}/{webhook}/deliveries/{uuid4()}/replay"), 404, "delivery_not_found")


@pytest.mark.usefixtures("sender")
def test_a_failed_call_is_repeated_and_shown_and_an_address_that_is_gone_is_disabled(
    api: RunningApi, admin: httpx.Client, receiver: Receiver
) -> None:
    webhook, _ = create(admin, receiver.url)
    receiver.response = (500, {})
    publish_statuses(api, new_id(), "CONFIRMED")
    until(lambda: [each["last_status"] for each in log_of(admin, webhook)] == [500])
    assert admin.get(f"{WEBHOOKS}/{webhook}").json()["failing_since"] is not None
    receiver.response = (410, {})
    until(lambda: not admin.get(f"{WEBHOOKS}/{webhook}").json()["enabled"], seconds=20)
    causes = {cause["code"]: cause["message"] for cause in admin.get("/admin/overview").json()["causes"]}
    assert receiver.url in causes["webhook_disabled"]
    audited = admin.get("/admin/audit", params={"entity": "webhook"}).json()["data"]
    assert [(each["action"], each["user_id"] is None) for each in audited] == [
        ("webhook.disabled", True),
        ("webhook.created", False),
    ]
    receiver.response = (200, {})
    changed = admin.patch(f"{WEBHOOKS}/{webhook}", json={"enabled": True}).json()
    assert (changed["enabled"], changed["failing_since"], changed["waiting"]) == (True, None, 1)


def test_a_secret_is_returned_once_and_no_events_are_written_without_a_webhook(
    api: RunningApi, admin: httpx.Client, receiver: Receiver
) -> None:
    webhook, secret = create(admin, receiver.url)
    audited = admin.get("/admin/audit").text
    assert secret not in admin.get(WEBHOOKS).text + admin.get(f"{WEBHOOKS}/{webhook}").text + audited
    assert admin.patch(f"{WEBHOOKS}/{webhook}", json={"events": ["flight.changed"]}).json()["events"] == ["flight.changed"]
    publish_statuses(api, new_id(), "CONFIRMED")
    assert admin.patch(f"{WEBHOOKS}/{webhook}", json={"events": ALL, "enabled": False}).json()["enabled"] is False
    publish_statuses(api, new_id(), "CONFIRMED")
    assert admin.delete(f"{WEBHOOKS}/{webhook}").status_code == 204
    problem(admin.get(f"{WEBHOOKS}/{webhook}"), 404, "webhook_not_found")
    with api.services.db.snapshot() as connection:
        assert outbox.count_waiting(connection, outbox.Reader.WEBHOOKS) == 0
        assert outbox.find_types(connection, outbox.Reader.WEBHOOKS) == frozenset()


def test_an_agent_sees_webhooks_and_changes_none(api: RunningApi, admin: httpx.Client, receiver: Receiver) -> None:
    webhook, _ = create(admin, receiver.url)
    with api.client(api.admit(Role.AGENT).headers) as agent:
        assert agent.get(f"{WEBHOOKS}/{webhook}/deliveries").status_code == 200
        problem(agent.post(f"{WEBHOOKS}/{webhook}/ping"), 403, "forbidden")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "https:///nowhere",
        "https://bücher.example/",
        "https://example.com/hooks?of=ä",
        "https://example.com/my hooks",
        "https://example.com:99999/",
        "example.com",
    ],
)
def test_what_nothing_can_be_sent_to_is_refused(start_api: ApiFactory, url: str) -> None:
    api = start_api()
    with api.client(api.admit(Role.ADMIN).headers) as admin:
        problem_body = problem(admin.post(WEBHOOKS, json={"url": url, "events": ALL}), 422, "validation")
    assert problem_body["errors"][0]["pointer"] == "/url"


def call(url: str, *, allows_private: bool) -> Attempt:
    """One call to an address, as a sender makes it."""
    delivery = DueDelivery(uuid4(), uuid4(), uuid4(), url, [new_secret()], "{}", 1)

    async def made() -> Attempt:
        caller = Caller(allows_private=allows_private)
        try:
            return await caller.call(delivery)
        finally:
            await caller.close()

    return anyio.run(made)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_no_call_reaches_an_address_that_is_not_public(receiver: Receiver, host: str) -> None:
    """Control: where private addresses are allowed, it does."""
    url = receiver.url.replace("127.0.0.1", host)
    refused = call(url, allows_private=False)
    assert (refused.status, receiver.calls) == (None, [])
    assert refused.error is not None
    assert "not public" in refused.error
    assert call(url, allows_private=True).status == 204
    assert len(receiver.calls) == 1


def test_a_redirect_is_not_followed_and_a_long_answer_not_read(receiver: Receiver) -> None:
    receiver.response = (302, {"location": receiver.url.replace("hooks", "inside")})
    redirected = call(receiver.url, allows_private=True)
    assert (redirected.status, redirected.has_succeeded) == (302, False)
    assert [path for path, _, _ in receiver.calls] == ["/hooks"]
    receiver.response, receiver.body_bytes = (200, {}), 5_000_000
    assert call(receiver.url, allows_private=True).has_succeeded


def test_an_unreachable_address_is_reported_as_an_error() -> None:
    failed = call("http://127.0.0.1:1/", allows_private=True)
    assert failed.status is None
    assert failed.error is not None
    assert failed.error.startswith("ConnectError")
