"""Accounts over HTTP, on the real application."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from core.db import Database
from core.users import passwords
from core.users.models import Role
from core.users.service import AdminOutcome
from tests.support.administrators import ensure_admin
from tests.support.api import PASSWORD, ApiFactory, RunningApi, problem, register, sign_in
from tests.support.flights import add_flight, body
from tests.support.imports import csv_of, row

REGISTER = "/api/v1/auth/register"
TOKEN = "/api/v1/auth/token"
ME = "/api/v1/auth/me"


def test_a_traveller_registers_signs_in_and_is_known(client: httpx.Client) -> None:
    response = client.post(REGISTER, json={"username": "Asha.K", "password": PASSWORD})
    assert response.status_code == 201
    assert response.json()["username"] == "asha.k"
    assert response.json()["role"] == "traveller"

    signed_in = client.post(TOKEN, data={"username": "ASHA.k", "password": PASSWORD, "grant_type": "password", "scope": ""})
    assert signed_in.status_code == 200
    assert signed_in.headers["cache-control"] == "no-store"
    body = signed_in.json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 900)

    me = client.get(ME, headers={"Authorization": f"Bearer {body['access_token']}"})
    assert me.json() == response.json()


def test_a_username_belongs_to_one_account_whatever_its_case(client: httpx.Client) -> None:
    register(client, "asha")
    problem(client.post(REGISTER, json={"username": "ASHA", "password": PASSWORD}), 409, "username_taken")


def test_of_many_who_want_a_name_at_once_one_gets_it(api: RunningApi) -> None:
    with api.client() as client, ThreadPoolExecutor(8) as pool:
        registrations = [pool.submit(client.post, REGISTER, json={"username": "asha", "password": PASSWORD}) for _ in range(8)]
        statuses = sorted(future.result().status_code for future in registrations)
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


@pytest.mark.parametrize(
    "username", ["asha+travel@example.com", "o'hara@example.com", "a%b&c=d", "who?me!", "x/y/z", "100$", "~tilde^"]
)
def test_a_username_may_be_an_address_of_e_mail(client: httpx.Client, username: str) -> None:
    assert client.post(REGISTER, json={"username": username, "password": PASSWORD}).json()["username"] == username
    assert client.post(TOKEN, data={"username": username, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("username", ["ab", "x" * 65, "with space", "tab\t", "newline\n", "é" * 5, "\u212a" * 5, ""])
def test_a_name_that_cannot_be_typed_or_distinguished_is_refused(client: httpx.Client, username: str) -> None:
    body = problem(client.post(REGISTER, json={"username": username, "password": PASSWORD}), 422, "validation")
    assert body["errors"][0]["pointer"] == "/username"


def test_every_error_of_a_body_is_in_one_response(client: httpx.Client) -> None:
    body = problem(client.post(REGISTER, json={"username": 5, "role": "admin"}), 422, "validation")
    errors = {(error["pointer"], error["code"]) for error in body["errors"]}
    assert errors == {("/username", "wrong_type"), ("/role", "unknown_field"), ("/password", "missing")}


def test_what_the_form_of_a_sign_in_lacks_is_named(client: httpx.Client) -> None:
    response = client.post("/api/v1/auth/token", data={"username": "asha"})
    assert (response.status_code, [error["pointer"] for error in response.json()["errors"]]) == (422, ["/password"])


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
    assert {(response.status_code, response.json()["code"]) for response in refused} == {(401, "account_gone")}


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
    response = client.get(ME, headers=headers)  # type: ignore[arg-type]
    problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


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


def test_the_first_admin_is_made_once_and_keeps_the_password(client: httpx.Client, db: Database) -> None:
    assert ensure_admin(db, "Admin", "the first password") is AdminOutcome.CREATED
    assert ensure_admin(db, "admin", "the first password") is AdminOutcome.EXISTED
    assert ensure_admin(db, "admin", "another password") is AdminOutcome.KEPT_OTHER
    assert sign_in(client, "admin", "the first password").username == "admin"
