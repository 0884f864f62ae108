"""Accounts over HTTP, on the real application."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlmodel import col, select, update

from core import clock
from core.db import Database
from core.ratelimit.limits import LIMITS, Scope
from core.users import passwords, service
from core.users.models import RefreshToken, Role, User
from core.users.service import AdminOutcome, ensure_admin
from tests.support.api import PASSWORD, ApiFactory, RunningApi, register, sign_in
from tests.support.flights import add_flight, body
from tests.support.imports import csv_of, row

REGISTER = "/api/v1/auth/register"
TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"
COOKIE = "skyqueue_refresh"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def test_a_traveller_registers_signs_in_and_is_known(client: httpx.Client) -> None:
    answer = client.post(REGISTER, json={"username": "Asha.K", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json()["username"] == "asha.k"
    assert answer.json()["role"] == "traveller"

    signed_in = client.post(TOKEN, data={"username": "ASHA.k", "password": PASSWORD, "grant_type": "password", "scope": ""})
    assert signed_in.status_code == 200
    assert signed_in.headers["cache-control"] == "no-store"
    body = signed_in.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)

    me = client.get(ME, headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json() == answer.json()


def test_a_username_belongs_to_one_account_whatever_its_case(client: httpx.Client) -> None:
    register(client, "asha")
    problem(client.post(REGISTER, json={"username": "ASHA", "password": PASSWORD}), 409, "username_taken")


def test_of_many_who_want_a_name_at_once_one_gets_it(api: RunningApi) -> None:
    with api.client() as client, ThreadPoolExecutor(8) as pool:
        wanted = [pool.submit(client.post, REGISTER, json={"username": "asha", "password": PASSWORD}) for _ in range(8)]
        statuses = sorted(future.result().status_code for future in wanted)
    assert statuses == [201] + [409] * 7


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("7 chars", "too_short"),
        ("x" * 129, "too_long"),
        ("Password123", "too_common"),
        ("Asha@Example.com", "same_as_username"),
    ],
)
def test_a_password_that_would_be_guessed_first_is_refused(client: httpx.Client, password: str, code: str) -> None:
    body = problem(client.post(REGISTER, json={"username": "asha@example.com", "password": password}), 422, "validation")
    (error,) = body["errors"]
    assert (error["pointer"], error["code"]) == ("/password", code)
    assert password not in str(body)


@pytest.mark.parametrize("username", ["ab", "x" * 65, "with space", "tab\t", "newline\n", "é" * 5, "\u212a" * 5, ""])
def test_a_name_that_cannot_be_typed_or_told_apart_is_refused(client: httpx.Client, username: str) -> None:
    body = problem(client.post(REGISTER, json={"username": username, "password": PASSWORD}), 422, "validation")
    assert body["errors"][0]["pointer"] == "/username"


def test_every_mistake_of_a_body_is_told_at_once(client: httpx.Client) -> None:
    body = problem(client.post(REGISTER, json={"username": 5, "role": "admin"}), 422, "validation")
    told = {(error["pointer"], error["code"]) for error in body["errors"]}
    assert told == {("/username", "wrong_type"), ("/role", "unknown_field"), ("/password", "missing")}


def test_what_the_form_of_a_sign_in_lacks_is_named(client: httpx.Client) -> None:
    answer = client.post("/api/v1/auth/token", data={"username": "asha"})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, ["/password"])


def test_an_administrator_whose_account_is_gone_signs_in_again(api: RunningApi, db: Database) -> None:
    with api.client(api.admit(Role.ADMIN).headers) as gone:
        flight = add_flight(gone)["id"]
        with db.transaction() as connection:
            connection.execute("TRUNCATE audit_log")
            connection.execute("DELETE FROM users")
        refused = [
            gone.post("/admin/flights", json=body(flight_number="AI-7")),
            gone.post(f"/admin/flights/{flight}/cancel", json={"reason": "Storm"}),
            gone.post("/admin/flights/bulk-upload", content=csv_of([row(1)]), headers={"content-type": "text/csv"}),
        ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(401, "account_gone")}


def test_wrong_names_and_wrong_passwords_are_answered_alike(client: httpx.Client) -> None:
    register(client, "asha")
    wrong_password = problem(client.post(TOKEN, data={"username": "asha", "password": "not hers"}), 401, "invalid_credentials")
    nobody = problem(client.post(TOKEN, data={"username": "nobody", "password": "not hers"}), 401, "invalid_credentials")
    assert wrong_password["detail"] == nobody["detail"]
    assert client.post(TOKEN, data={"username": "x", "password": "y"}).headers["www-authenticate"].startswith("Bearer")


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    register(client, "asha")
    costs: list[str] = []
    verify = passwords._argon2.verify

    def noted(password: str | bytes, password_hash: str | bytes) -> bool:
        costs.append(str(password_hash).rpartition("$")[0].rpartition("$")[0])  # the algorithm and its parameters
        return verify(password, password_hash)

    monkeypatch.setattr(passwords._argon2, "verify", noted)
    for name in ("asha", "nobody"):
        client.post(TOKEN, data={"username": name, "password": "a guess of a stranger"})
    known, unknown = costs
    assert known == unknown != ""


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer " + "a" * 3000, "Bearer é"])
def test_without_a_good_token_a_private_route_is_closed(client: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode()}
    answer = client.get(ME, headers=headers)  # type: ignore[arg-type]
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_in_a_cookie_or_a_query_is_no_token(client: httpx.Client) -> None:
    token = register(client).headers["Authorization"].removeprefix("Bearer ")
    problem(client.get(ME, params={"access_token": token}, headers={"Cookie": f"token={token}"}), 401, "unauthenticated")


def test_a_token_without_every_claim_or_of_another_deployment_is_refused(start_api: ApiFactory) -> None:
    secret = "s" * 64
    with start_api(JWT_SECRET=secret).client() as client:
        token = register(client, "asha").headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, secret, algorithms=["HS256"], audience="skyqueue-api")

        def status(changed: dict[str, object], key: str = secret, algorithm: str = "HS256") -> int:
            forged = jwt.encode({name: value for name, value in changed.items() if value is not None}, key, algorithm=algorithm)
            return client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code

        assert status(claims) == 200
        for claim in ("exp", "iat", "sub", "aud", "iss", "role", "username"):
            assert status({**claims, claim: None}) == 401, claim
        assert status({**claims, "aud": "another"}) == 401
        assert status({**claims, "aud": ["skyqueue-api"]}) == 401
        assert status({**claims, "iss": "another"}) == 401
        assert status({**claims, "exp": int(time.time()) - 60}) == 401
        assert status({**claims, "role": "owner"}) == 401
        assert status({**claims, "sub": "not an id"}) == 401
        assert status(claims, key="t" * 64) == 401
        assert status(claims, algorithm="HS512") == 401
        assert status(claims, key="", algorithm="none") == 401


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


def cookie_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.cookies[COOKIE]


def first_cookie(client: httpx.Client) -> str:
    person = register(client)
    return cookie_of(client.post(TOKEN, data={"username": person.username, "password": PASSWORD}))


def forget_the_race(db: Database) -> None:
    with db.unit_of_work() as session:
        session.execute(update(RefreshToken).values(used_at=col(RefreshToken.used_at) - timedelta(minutes=1)))


def test_refreshing_gives_a_new_token_and_a_new_cookie(client: httpx.Client) -> None:
    first = first_cookie(client)
    answer = refresh(client, first)
    assert cookie_of(answer) != first
    me = client.get(ME, headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["role"] == "traveller"


def test_a_copied_cookie_ends_the_sign_in_of_thief_and_owner(client: httpx.Client, db: Database) -> None:
    first = first_cookie(client)
    second = cookie_of(refresh(client, first))
    forget_the_race(db)

    problem(refresh(client, first), 401, "unauthenticated")
    problem(refresh(client, second), 401, "unauthenticated")


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
    answer = client.post(LOGOUT, headers={"Cookie": f"{COOKIE}={first}"})
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
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
    answer = refresh(client, first)
    me = client.get(ME, headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["role"] == "admin"


def test_the_first_admin_is_made_once_and_keeps_the_password(client: httpx.Client, db: Database) -> None:
    assert ensure_admin(db, "Admin", "the first password") is AdminOutcome.CREATED
    assert ensure_admin(db, "admin", "another password") is AdminOutcome.EXISTED
    assert sign_in(client, "admin", "the first password").username == "admin"


def test_whoever_took_the_admins_name_first_loses_it(client: httpx.Client, db: Database) -> None:
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


def test_guessing_at_one_account_is_slowed_down(start_api: ApiFactory) -> None:
    with start_api(RATE_LIMITS="on").client() as client:
        register(client, "asha")
        burst = LIMITS[Scope.LOGIN_ACCOUNT].burst
        for _ in range(burst):
            problem(client.post(TOKEN, data={"username": "asha", "password": "a guess"}), 401, "invalid_credentials")
        answer = client.post(TOKEN, data={"username": "ASHA", "password": PASSWORD})
        problem(answer, 429, "rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 6
        assert client.post(TOKEN, data={"username": "ben", "password": "a guess"}).status_code == 401


def test_signing_in_often_with_the_right_password_is_not_guessing(start_api: ApiFactory) -> None:
    with start_api(RATE_LIMITS="on").client() as client:
        register(client, "asha")
        for _ in range(LIMITS[Scope.LOGIN_ACCOUNT].burst + 5):
            sign_in(client, "asha")
