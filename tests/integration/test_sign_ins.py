"""Sessions: the refresh cookie, who may use it, and how a session ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select, update

from core import clock
from core.db import Database
from core.users import service
from core.users.models import RefreshToken, User
from core.users.service import AdminOutcome
from tests.support.administrators import ensure_admin
from tests.support.api import PASSWORD, RunningApi, problem, register, sign_in

TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"
COOKIE = "skyqueue_refresh"


def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_sites(client: httpx.Client) -> None:
    register(client, "asha")
    set_cookie = client.post(TOKEN, data={"username": "asha", "password": PASSWORD}).headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/api/v1/auth", "max-age=1209600"):
        assert part in set_cookie
    assert "; secure" not in set_cookie

    behind_tls = client.post(TOKEN, data={"username": "asha", "password": PASSWORD}, headers={"X-Forwarded-Proto": "https"})
    assert "; secure" in behind_tls.headers["set-cookie"].lower()


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    client.cookies.clear()
    return client.post(REFRESH, headers={"Cookie": f"{COOKIE}={token}"})


def cookie_of(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    return response.cookies[COOKIE]


def first_cookie(client: httpx.Client) -> str:
    user = register(client)
    return cookie_of(client.post(TOKEN, data={"username": user.username, "password": PASSWORD}))


def forget_the_race(db: Database) -> None:
    with db.unit_of_work() as session:
        session.execute(update(RefreshToken).values(used_at=col(RefreshToken.used_at) - timedelta(minutes=1)))


def test_refreshing_gives_a_new_token_and_a_new_cookie(client: httpx.Client) -> None:
    first = first_cookie(client)
    response = refresh(client, first)
    assert cookie_of(response) != first
    me = client.get(ME, headers={"Authorization": f"Bearer {response.json()['access_token']}"})
    assert me.json()["role"] == "traveller"


def test_a_copied_cookie_ends_the_sign_in_of_thief_and_owner(client: httpx.Client, db: Database) -> None:
    first = first_cookie(client)
    second = cookie_of(refresh(client, first))
    third = cookie_of(refresh(client, second))
    forget_the_race(db)

    problem(refresh(client, first), 401, "unauthenticated")
    problem(refresh(client, third), 401, "unauthenticated")


def test_whose_answer_was_lost_stays_signed_in(client: httpx.Client, db: Database) -> None:
    first = first_cookie(client)
    for _ in range(2):  # the second answer is lost as well
        refresh(client, first)
        forget_the_race(db)
    again = refresh(client, first)
    assert again.status_code == 200
    assert refresh(client, cookie_of(again)).status_code == 200


def test_a_cookie_that_was_copied_before_a_lost_answer_ends_the_sign_in(client: httpx.Client, db: Database) -> None:
    """The thief takes the place of a link that its owner has and did not use yet: both lose."""
    first = first_cookie(client)
    owners = cookie_of(refresh(client, first))
    forget_the_race(db)
    thiefs = cookie_of(refresh(client, first))

    problem(refresh(client, owners), 401, "unauthenticated")
    problem(refresh(client, thiefs), 401, "unauthenticated")


def test_two_tabs_that_refresh_at_once_stay_signed_in(client: httpx.Client) -> None:
    first = first_cookie(client)
    second = cookie_of(refresh(client, first))
    body = problem(refresh(client, first), 409, "refresh_raced")
    assert body["retryable"] is True
    assert refresh(client, second).status_code == 200


def test_of_many_refreshes_with_one_cookie_one_wins(api: RunningApi) -> None:
    with api.client() as client:
        first = first_cookie(client)

    def once(_: int) -> int:
        with api.client() as tab:
            return refresh(tab, first).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(once, range(8))) == [200] + [409] * 7


def test_signing_out_ends_the_cookie_wherever_it_is(client: httpx.Client) -> None:
    first = first_cookie(client)
    client.cookies.clear()
    response = client.post(LOGOUT, headers={"Cookie": f"{COOKIE}={first}"})
    assert response.status_code == 204
    assert "max-age=0" in response.headers["set-cookie"].lower()
    problem(refresh(client, first), 401, "unauthenticated")
    assert client.post(LOGOUT).status_code == 204


def test_an_expired_cookie_and_none_at_all_continue_nothing(client: httpx.Client, db: Database) -> None:
    first = first_cookie(client)
    with db.unit_of_work() as session:
        session.execute(update(RefreshToken).values(expires_at=clock.now()))
    problem(refresh(client, first), 401, "unauthenticated")
    client.cookies.clear()
    problem(client.post(REFRESH), 401, "unauthenticated")
    problem(refresh(client, "never-issued"), 401, "unauthenticated")


def test_the_database_holds_neither_passwords_nor_refresh_tokens(client: httpx.Client, db: Database) -> None:
    token = first_cookie(client)
    with db.unit_of_work() as session:
        (user,) = session.exec(select(User)).all()
        hashes = [link.token_hash for link in session.exec(select(RefreshToken)).all()]
    assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert all(token.encode() not in token_hash for token_hash in hashes)


def test_a_new_role_counts_from_the_next_token_on(client: httpx.Client, db: Database) -> None:
    first = first_cookie(client)
    with db.unit_of_work() as session:
        session.execute(update(User).values(role="admin"))
    response = refresh(client, first)
    me = client.get(ME, headers={"Authorization": f"Bearer {response.json()['access_token']}"})
    assert me.json()["role"] == "admin"


def test_an_account_that_registered_the_administrators_name_loses_it(client: httpx.Client, db: Database) -> None:
    register(client, "admin")
    squatted = cookie_of(client.post(TOKEN, data={"username": "admin", "password": PASSWORD}))

    assert ensure_admin(db, "admin", "the operator's own") is AdminOutcome.PROMOTED
    problem(client.post(TOKEN, data={"username": "admin", "password": PASSWORD}), 401, "invalid_credentials")
    problem(refresh(client, squatted), 401, "unauthenticated")
    assert sign_in(client, "admin", "the operator's own").username == "admin"
    with db.unit_of_work() as session:
        user = service.find_by_username(session, "admin")
        assert user is not None
        assert service.principal_of(user).is_admin


@pytest.mark.parametrize("path", [TOKEN, REFRESH, LOGOUT])
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}],
    ids=["fetch-site", "origin", "no origin"],
)
def test_a_page_of_another_site_is_refused(client: httpx.Client, path: str, headers: dict[str, str]) -> None:
    register(client, "asha")
    response = client.post(path, data={"username": "asha", "password": PASSWORD} if path == TOKEN else None, headers=headers)
    problem(response, 403, "cross_site")
    assert "set-cookie" not in response.headers


def test_a_page_of_our_own_may_sign_in_stay_and_leave(client: httpx.Client) -> None:
    register(client, "asha")
    ours = {"Origin": str(client.base_url), "Sec-Fetch-Site": "same-origin"}
    assert client.post(TOKEN, data={"username": "asha", "password": PASSWORD}, headers=ours).status_code == 200
    assert client.post(REFRESH, headers=ours).status_code == 200
    assert client.post(LOGOUT, headers=ours).status_code == 204
