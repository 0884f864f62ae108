"""The owner of an account: profile, password, sessions, and closing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.live.ended_sessions import EndedSessions
from core.db import Database
from core.ratelimit.limits import LIMITS, Scope
from core.users.models import Role
from tests.support.api import PASSWORD, ApiFactory, RunningApi, problem, register, sign_in
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

AUTH = "/api/v1/auth"
NEW_PASSWORD = "another walk, in the sun"


class Browser:
    """One sign-in of one account, with its cookies and its access token."""

    def __init__(self, api: RunningApi, username: str, password: str = PASSWORD, name: str = "a browser") -> None:
        self.client = api.client({"User-Agent": name})
        response = self.client.post(f"{AUTH}/token", data={"username": username, "password": password})
        assert response.status_code == 200, response.text
        self.client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    @property
    def statuses(self) -> tuple[int, int]:
        """Of its access token, and of its refresh cookie."""
        return self.client.get(f"{AUTH}/me").status_code, self.client.post(f"{AUTH}/refresh").status_code

    def sessions(self) -> list[dict[str, Any]]:
        data: list[dict[str, Any]] = self.client.get(f"{AUTH}/sessions").raise_for_status().json()["data"]
        return data


IN, OUT = (200, 200), (401, 401)


@pytest.fixture
def asha(client: httpx.Client) -> UUID:
    return register(client, "asha").id


OpenBrowser = Callable[..., Browser]


@pytest.fixture
def open_browser() -> Iterator[OpenBrowser]:
    with ExitStack() as stack:

        def open_browser(api: RunningApi, username: str, name: str = "a browser") -> Browser:
            browser = Browser(api, username, name=name)
            stack.callback(browser.client.close)
            return browser

        yield open_browser


@pytest.fixture
def here(api: RunningApi, asha: UUID, open_browser: OpenBrowser) -> Browser:
    return open_browser(api, "asha", "Firefox")


@pytest.fixture
def there(api: RunningApi, asha: UUID, open_browser: OpenBrowser) -> Browser:
    return open_browser(api, "asha", "Telephone")


def change(browser: Browser, current: str = PASSWORD, new: str = NEW_PASSWORD) -> httpx.Response:
    return browser.client.post(f"{AUTH}/password", json={"current_password": current, "new_password": new})


def test_a_new_password_ends_every_other_session_at_once(client: httpx.Client, here: Browser, there: Browser) -> None:
    assert change(here).status_code == 204
    assert there.statuses == OUT
    assert here.statuses == IN
    problem(client.post(f"{AUTH}/token", data={"username": "asha", "password": PASSWORD}), 401, "invalid_credentials")
    assert sign_in(client, "asha", NEW_PASSWORD).username == "asha"


def test_an_access_token_is_refused_in_every_process_and_without_that_look_it_is_not(
    start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch, open_browser: OpenBrowser
) -> None:
    secret = "s" * 64
    one, other = start_api(JWT_SECRET=secret), start_api(JWT_SECRET=secret)
    with one.client() as client:
        register(client, "asha")
    first, second = open_browser(one, "asha"), open_browser(one, "asha")
    with other.client({"Authorization": second.client.headers["authorization"]}) as elsewhere:
        assert elsewhere.get(f"{AUTH}/me").status_code == 200
        assert change(first).status_code == 204
        until(lambda: elsewhere.get(f"{AUTH}/me").status_code == 401)
        with monkeypatch.context() as blind:
            blind.setattr(EndedSessions, "require_open", lambda *_: None)
            assert elsewhere.get(f"{AUTH}/me").status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("not hers", NEW_PASSWORD, 403, "wrong_password"),
        (PASSWORD, PASSWORD, 422, "unchanged"),
        (PASSWORD, "Password123", 422, "too_common"),
        (PASSWORD, "short", 422, "too_short"),
    ],
)
def test_a_password_that_is_not_changed_changes_nothing(
    here: Browser, there: Browser, current: str, new: str, status: int, code: str
) -> None:
    response = change(here, current, new)
    assert response.status_code == status
    account = response.json()
    assert code in (account["code"], *(error["code"] for error in account.get("errors", ())))
    assert {error["pointer"] for error in account.get("errors", ())} <= {"/new_password"}
    assert (here.statuses, there.statuses) == (IN, IN)


def test_guessing_the_current_password_of_an_open_session_is_slow(start_api: ApiFactory, open_browser: OpenBrowser) -> None:
    api = start_api(RATE_LIMITS="on")
    with api.client() as client:
        register(client, "asha")
    thief = open_browser(api, "asha")
    burst = LIMITS[Scope.LOGIN_DEVICE].burst
    assert [change(thief, f"guess {number}").status_code for number in range(burst + 1)] == [403] * burst + [429]


def test_sessions_are_listed_and_ended_one_by_one(here: Browser, there: Browser) -> None:
    listed = here.sessions()
    assert [(each["device"], each["current"]) for each in listed[:2]] == [("Telephone", False), ("Firefox", True)]
    assert here.client.delete(f"{AUTH}/sessions/{listed[0]['id']}").status_code == 204
    assert (here.statuses, there.statuses) == (IN, OUT)
    assert listed[0]["id"] not in {each["id"] for each in here.sessions()}
    problem(here.client.delete(f"{AUTH}/sessions/{listed[0]['id']}"), 404, "session_not_found")


def test_sessions_of_other_accounts_cannot_be_read_or_ended(
    api: RunningApi, client: httpx.Client, here: Browser, open_browser: OpenBrowser
) -> None:
    register(client, "mallory")
    mallory = open_browser(api, "mallory")
    (own, *_) = [each["id"] for each in here.sessions() if each["current"]]
    assert own not in {each["id"] for each in mallory.sessions()}
    for session_id in (own, str(uuid4())):
        problem(mallory.client.delete(f"{AUTH}/sessions/{session_id}"), 404, "session_not_found")
    assert here.statuses == IN


def test_a_session_is_one_however_often_it_is_refreshed(here: Browser) -> None:
    before = here.sessions()
    for _ in range(3):
        assert here.client.post(f"{AUTH}/refresh").status_code == 200
    after = here.sessions()
    assert {each["id"] for each in after} == {each["id"] for each in before}
    assert next(each for each in after if each["current"])["last_used_at"] > before[0]["started_at"]


def test_signing_out_everywhere_ends_every_session(here: Browser, there: Browser) -> None:
    response = there.client.post(f"{AUTH}/logout-everywhere")
    assert response.status_code == 204
    assert "max-age=0" in response.headers["set-cookie"].lower()
    assert (here.statuses, there.statuses) == (OUT, OUT)


def test_signing_out_ends_the_access_token_too(here: Browser, there: Browser) -> None:
    assert here.client.post(f"{AUTH}/logout").status_code == 204
    assert (here.statuses, there.statuses) == (OUT, IN)


def test_a_closed_account_is_gone_and_its_bookings_are_kept(
    client: httpx.Client, here: Browser, there: Browser, asha: UUID, pipeline: Pipeline, admin: httpx.Client, db: Database
) -> None:
    flight = pipeline.flight(5)
    booking = here.client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 2}).json()["booking_id"]
    pipeline.work(UUID(booking))
    full = pipeline.flight(2)
    taken = admin.post("/api/v1/booking", json={"flight_id": str(full), "seats": 2}).json()["booking_id"]
    pipeline.work(UUID(taken))
    key = {"Idempotency-Key": "once"}
    assert here.client.post(f"/api/v1/flights/{full}/waitlist", json={"party_size": 1}, headers=key).status_code == 201

    problem(here.client.request("DELETE", f"{AUTH}/me", json={"password": "not hers"}), 403, "wrong_password")
    assert here.statuses == IN
    closed = here.client.request("DELETE", f"{AUTH}/me", json={"password": PASSWORD})
    assert closed.status_code == 204
    assert (here.statuses, there.statuses) == (OUT, OUT)
    problem(client.post(f"{AUTH}/token", data={"username": "asha", "password": PASSWORD}), 401, "invalid_credentials")
    booking_view = admin.get(f"/api/v1/bookings/{booking}").json()
    assert (booking_view["status"], booking_view["user_id"], booking_view["seats"]) == ("CONFIRMED", str(asha), 2)
    with db.snapshot() as connection:
        row = connection.execute("SELECT username, password_hash FROM users WHERE id = %s", (asha,)).fetchone()
        waiting = connection.execute("SELECT status FROM waitlist WHERE user_id = %s", (asha,)).fetchall()
        results = connection.execute("SELECT count(*) FROM idempotency_keys WHERE user_id = %s", (asha,)).fetchone()
    assert results == (0,)
    assert row == (f"closed:{asha}", "-")
    assert waiting == [("LEFT",)]
    # The name is free, and whoever takes it next has none of it.
    assert register(client, "asha").id != asha


def test_nobody_can_sign_in_to_a_closed_account(client: httpx.Client, here: Browser, asha: UUID) -> None:
    assert here.client.request("DELETE", f"{AUTH}/me", json={"password": PASSWORD}).status_code == 204
    for username in (f"closed:{asha}", str(asha)):
        problem(client.post(f"{AUTH}/token", data={"username": username, "password": "-"}), 401, "invalid_credentials")


def test_an_account_without_a_password_cannot_be_closed_with_one(api: RunningApi) -> None:
    with api.client(api.admit(Role.AGENT).headers) as agent:
        problem(agent.request("DELETE", f"{AUTH}/me", json={"password": "-"}), 403, "wrong_password")
