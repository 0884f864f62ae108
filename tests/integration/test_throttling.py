"""Wrong passwords slow down the client that sends them, and no other. Each safeguard has a control that shows what happens without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from api.accounts import passwords as given_passwords
from api.limits import addresses
from api.live.password_hasher import AT_ONCE
from core.ratelimit.limits import LIMITS, Limit, Scope
from core.users import passwords
from tests.support.api import PASSWORD, ApiFactory, RunningApi, problem, register, sign_in
from tests.support.waiting import until

TOKEN = "/api/v1/auth/token"
REGISTER = "/api/v1/auth/register"
BURST = LIMITS[Scope.LOGIN_GUESS].burst
GUESS = "a guess of a stranger"


class ClientAddress:
    """Where the next requests come from, as the proxy in front of us would say."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.address = addresses.THIS_MACHINE
        monkeypatch.setattr(addresses, "counted_as", lambda _: self.address)


@pytest.fixture
def client_address(monkeypatch: pytest.MonkeyPatch) -> ClientAddress:
    return ClientAddress(monkeypatch)


@pytest.fixture
def limited(start_api: ApiFactory) -> Iterator[httpx.Client]:
    """A client of an API with its limits on, where `asha` has an account. It keeps no cookies between requests."""
    with start_api(RATE_LIMITS="on").client() as client:
        register(client, "asha")
        client.cookies.clear()
        yield client


def attempt(client: httpx.Client, password: str = PASSWORD, username: str = "asha", cookies: str = "") -> httpx.Response:
    response = client.post(TOKEN, data={"username": username, "password": password}, headers={"Cookie": cookies})
    client.cookies.clear()
    return response


def known_device(client: httpx.Client, username: str = "asha") -> str:
    """The cookie of a device that has signed in."""
    cookies = attempt(client, username=username).cookies
    (name,) = [name for name in cookies if name.startswith("skyqueue_device_")]
    return f"{name}={cookies[name]}"


def guess_until_refused(client: httpx.Client, cookies: str = "") -> None:
    for _ in range(BURST):
        problem(attempt(client, GUESS, cookies=cookies), 401, "invalid_credentials")
    refused = attempt(client, GUESS, cookies=cookies)
    problem(refused, 429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 6


def test_guessing_from_elsewhere_never_locks_the_owner_out(limited: httpx.Client, client_address: ClientAddress) -> None:
    for attacker in ("192.0.2.66", "192.0.2.67"):
        client_address.address = attacker
        guess_until_refused(limited)
        problem(attempt(limited), 429, "rate_limited")  # the right password does not help who has guessed
    client_address.address = "198.51.100.1"
    assert attempt(limited).status_code == 200


def test_control_counted_by_account_alone_it_does(
    limited: httpx.Client, client_address: ClientAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_passwords, "allowances_of", lambda _request, _services, username: [(Scope.LOGIN_GUESS, username)])
    client_address.address = "192.0.2.66"
    guess_until_refused(limited)
    client_address.address = "198.51.100.1"
    problem(attempt(limited), 429, "rate_limited")


def test_a_known_device_has_an_allowance_of_its_own(limited: httpx.Client) -> None:
    """Also where it shares its address with who guesses. Without the cookie it is locked out with them: the control."""
    device = known_device(limited)
    guess_until_refused(limited)
    problem(attempt(limited), 429, "rate_limited")
    assert attempt(limited, cookies=device).status_code == 200


def test_who_guesses_on_a_known_device_is_slowed_down_alone(limited: httpx.Client) -> None:
    device, another = known_device(limited), known_device(limited)
    guess_until_refused(limited, cookies=device)
    assert attempt(limited, cookies=another).status_code == 200
    assert attempt(limited).status_code == 200


@pytest.mark.parametrize("forker", [lambda own: own[:-1] + ("0" if own[-1] != "0" else "1"), lambda own: own.partition(".")[0]])
def test_a_device_cannot_make_itself_known(limited: httpx.Client, forker: object) -> None:
    assert callable(forker)
    device = known_device(limited)
    guess_until_refused(limited)
    problem(attempt(limited, cookies=forker(device)), 429, "rate_limited")


def test_a_device_is_known_to_the_account_it_signed_in_to_alone(limited: httpx.Client) -> None:
    register(limited, "mallory")
    hers, of_mallory = known_device(limited), known_device(limited, "mallory")
    guess_until_refused(limited)
    disguised = f"{hers.partition('=')[0]}={of_mallory.partition('=')[2]}"
    for cookies in (of_mallory, disguised):
        problem(attempt(limited, cookies=cookies), 429, "rate_limited")


def test_a_crowd_of_addresses_is_slowed_down_too_and_a_known_device_is_not(
    limited: httpx.Client, client_address: ClientAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, Scope.LOGIN_ACCOUNT, Limit(per_minute=1, burst=5))
    device = known_device(limited)
    statuses = []
    for number in range(8):
        client_address.address = f"192.0.2.{number}"
        statuses.append(attempt(limited, GUESS).status_code)
    assert statuses == [401] * 5 + [429] * 3
    assert attempt(limited, cookies=device).status_code == 200


def test_signing_in_often_with_the_right_password_is_not_guessing(limited: httpx.Client) -> None:
    for _ in range(BURST + 5):
        assert attempt(limited).status_code == 200


def test_what_is_no_address_is_limited_like_one(
    limited: httpx.Client, client_address: ClientAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, Scope.REGISTER_ADDRESS, Limit(per_minute=1, burst=2))
    client_address.address = addresses.NO_ADDRESS
    statuses = [
        limited.post(REGISTER, json={"username": f"crowd-{number}", "password": PASSWORD}).status_code for number in range(3)
    ]
    assert statuses == [201, 201, 429]


@contextmanager
def hashing_stands_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """While the block runs, no new password gets its hash. The list has those that wait for it."""
    at_work: list[str] = []
    go_on = threading.Event()
    hash_password = passwords.hash_password

    def slow(password: str) -> str:
        at_work.append(password)
        go_on.wait(60)
        return hash_password(password)

    with monkeypatch.context() as patched:
        patched.setattr(passwords, "hash_password", slow)
        try:
            yield at_work
        finally:
            go_on.set()


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "control: one queue"])
def test_many_registrations_do_not_block_sign_ins(api: RunningApi, monkeypatch: pytest.MonkeyPatch, apart: bool) -> None:
    with api.client() as client, ThreadPoolExecutor(AT_ONCE) as pool:
        register(client, "asha")
        if not apart:
            object.__setattr__(api.services.hashing, "registrations", api.services.hashing.sign_ins)
        with hashing_stands_still(monkeypatch) as at_work:
            concurrent_clients = [
                pool.submit(client.post, REGISTER, json={"username": f"crowd-{number}", "password": PASSWORD})
                for number in range(AT_ONCE)
            ]
            until(lambda: len(at_work) == (1 if apart else AT_ONCE))
            if apart:
                assert sign_in(client, "asha").username == "asha"
            else:
                with pytest.raises(httpx.ReadTimeout):
                    client.post(TOKEN, data={"username": "asha", "password": PASSWORD}, timeout=2)
        assert {registering.result().status_code for registering in concurrent_clients} == {201}
