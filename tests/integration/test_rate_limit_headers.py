"""`RateLimit-Policy` and `RateLimit`: the remaining limits of the caller, on successful and on refused requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from core.ratelimit import limits
from core.ratelimit.limits import Limit, Scope
from tests.support.api import ApiFactory, RunningApi

NOBODY = "/api/v1/bookings/by-reference/AAAAAA"


@pytest.fixture
def limited(start_api: ApiFactory) -> RunningApi:
    return start_api(RATE_LIMITS="on")


@pytest.fixture
def client(limited: RunningApi) -> Iterator[httpx.Client]:
    with limited.client() as client:
        yield client


def left(response: httpx.Response) -> dict[str, tuple[int, int]]:
    """Of each limit: how many requests are left, and in how many seconds all of them are again."""
    found = re.findall(r'"([\w-]+)";r=(\d+);t=(\d+)', response.headers.get("ratelimit", ""))
    return {name: (int(rest), int(seconds)) for name, rest, seconds in found}


def test_every_response_has_the_remaining_limit(
    limited: RunningApi, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, Scope.LOOKUP_USER, Limit(per_minute=3, burst=3))
    user = limited.admit()
    responses = [client.get(NOBODY, headers=user.headers) for _ in range(4)]
    assert [response.status_code for response in responses] == [404, 404, 404, 429]
    assert {response.headers["ratelimit-policy"] for response in responses} == {'"lookup-user";q=3;w=60'}
    assert [left(response)["lookup-user"] for response in responses] == [(2, 20), (1, 40), (0, 60), (0, 60)]


def test_both_paths_of_a_booking_have_the_headers(limited: RunningApi, client: httpx.Client) -> None:
    user = limited.admit()
    body = {"flight_id": "019a8c20-1d40-7e55-8a3c-2b9f4e6d8001", "seats": 1}
    short = client.post("/api/v1/booking", json=body, headers=user.headers)
    long = client.post("/api/v1/booking?", json=body, headers={**user.headers, "X-Request-Id": "a", "Expect": ""})
    for response in (short, long):
        rest, _ = left(response)["booking-user"]
        assert 900 < rest <= 1000  # a hundred come back each second
        assert response.headers["ratelimit-policy"] == '"booking-user";q=1000;w=10'


def test_limits_that_others_share_are_not_shown(limited: RunningApi, client: httpx.Client) -> None:
    user = limited.admit()
    looked = client.get(NOBODY, params={"surname": "Rao"}, headers=user.headers)
    assert set(left(looked)) == {"lookup-user"}
    guessed = client.post("/api/v1/auth/token", data={"username": user.username, "password": "not this one"})
    assert guessed.status_code == 401
    assert left(guessed)["login-guess"] == (9, 6)
    assert Scope.LOGIN_ACCOUNT not in left(guessed)


def test_responses_without_a_limit_have_no_headers(client: httpx.Client, limited: RunningApi, api: RunningApi) -> None:
    assert "ratelimit" not in client.get("/api/v1/airports").headers
    with api.client() as unlimited:  # where the limits are off
        assert "ratelimit" not in unlimited.get(NOBODY, headers=api.admit().headers).headers
