"""Keys for programs: returned once, stored as a hash, limited by their scopes, and refused after they are revoked."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from api.live.api_keys import ApiKeys
from core.clock import now
from core.users import api_keys, service
from core.users.models import KeyScope, Role
from tests.support.api import ApiFactory, RunningApi, problem
from tests.support.pipeline import Pipeline
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until

KEYS: Final = "/admin/api-keys"
BOOKINGS: Final = {
    ("POST", "/api/v1/booking"),
    ("POST", "/api/v1/bookings"),
    ("DELETE", "/api/v1/bookings/{booking_id}"),
    ("POST", "/api/v1/bookings/{booking_id}/cancellations"),
    ("POST", "/api/v1/cancellations/{cancellation_id}/confirm"),
    ("POST", "/api/v1/bookings/{booking_id}/schedule-change"),
    ("PATCH", "/api/v1/bookings/{booking_id}/passengers"),
    ("PATCH", "/api/v1/bookings/{booking_id}/passengers/{position}"),
    ("POST", "/api/v1/bookings/{booking_id}/payments"),
    ("POST", "/api/v1/bookings/{booking_id}/rebookings"),
    ("PUT", "/api/v1/bookings/{booking_id}/seats"),
    ("POST", "/api/v1/fare-watches"),
    ("DELETE", "/api/v1/fare-watches/{watch_id}"),
    ("POST", "/api/v1/flights/{flight_id}/waitlist"),
    ("DELETE", "/api/v1/flights/{flight_id}/waitlist"),
}
"""What a key with the scope `book` may change, and no other key but an administrator's."""


def make(admin: httpx.Client, *scopes: str, name: str = "the shop") -> dict[str, Any]:
    response = admin.post(KEYS, json={"name": name, "scopes": scopes})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def program(api: RunningApi, key: str) -> httpx.Client:
    return api.client({"Authorization": f"Bearer {key}"})


def test_a_key_is_shown_once_and_kept_as_a_hash(api: RunningApi, admin: httpx.Client) -> None:
    made = make(admin, "read")
    key, view = made["key"], made["api_key"]
    assert key.startswith("sk_")
    assert len(key) == 46
    assert view["hint"] == key[:8]
    listed = admin.get(KEYS)
    assert [each["id"] for each in listed.json()["data"]] == [view["id"]]
    with api.services.db.snapshot() as connection:
        rows = connection.execute("SELECT k::text FROM api_keys k").fetchall()
        audited = connection.execute("SELECT action, after::text FROM audit_log WHERE entity = 'api_key'").fetchall()
        (stored,) = connection.execute("SELECT key_hash FROM api_keys").fetchall()
    assert stored[0] == hashlib.sha256(key.encode()).digest()
    assert key not in listed.text + str(rows) + str(audited)
    assert [action for action, _ in audited] == ["api_key.created"]


@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_allows_exactly_what_its_scope_allows(api: RunningApi, admin: httpx.Client, scope: KeyScope) -> None:
    document = api.app.openapi_schema.to_schema()
    operations = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation.get("security") != []
    ]
    assert set(operations) >= BOOKINGS
    with program(api, make(admin, scope)["key"]) as client:
        wrong = []
        for method, path in operations:
            response = client.request(method, address(path))
            let_in = response.status_code not in (401, 403)
            sees = scope is not KeyScope.BOOK or not path.startswith("/admin")
            may = scope is KeyScope.ADMIN or (sees if method == "GET" else scope is KeyScope.BOOK and (method, path) in BOOKINGS)
            wrong += [f"{scope} {method} {path}: {response.status_code}"] * (let_in != may)
    assert not wrong, "\n".join(wrong)


def address(path: str) -> str:
    return "/".join(str(UUID(int=1)) if part.startswith("{") else part for part in path.split("/")).replace(
        f"passengers/{UUID(int=1)}", "passengers/1"
    )


def test_a_key_books_for_the_account_that_made_it(api: RunningApi, pipeline: Pipeline) -> None:
    owner = api.admit(Role.ADMIN)
    flight = pipeline.flight(5)
    with (
        api.client(owner.headers) as admin,
        program(api, make(admin, "book")["key"]) as client,
        program(api, make(admin, "read")["key"]) as reader,
    ):
        booked = client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1})
        assert booked.status_code == 202
        refused = reader.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1})
        assert problem(refused, 403, "scope_missing")["needed"] == "book"
        seen = client.get(f"/api/v1/bookings/{booked.json()['booking_id']}").json()
    assert seen["user_id"] == str(owner.id)


def test_a_revoked_key_is_refused_at_once_in_every_process(start_api: ApiFactory) -> None:
    here, there = start_api(), start_api()
    with here.client(here.admit(Role.ADMIN).headers) as admin:
        made = make(admin, "read")
        with program(here, made["key"]) as near, program(there, made["key"]) as far:
            assert near.get("/api/v1/auth/me").status_code == 200
            until(lambda: far.get("/api/v1/auth/me").status_code == 200)
            revoking = f"{KEYS}/{made['api_key']['id']}"
            assert admin.delete(revoking).status_code == 204
            problem(near.get("/api/v1/auth/me"), 401, "unauthenticated")
            until(lambda: far.get("/api/v1/auth/me").status_code == 401)
        assert admin.delete(revoking).status_code == 204
        problem(admin.delete(f"{KEYS}/{UUID(int=1)}"), 404, "api_key_not_found")
    with here.services.db.snapshot() as connection:
        audited = connection.execute("SELECT action FROM audit_log WHERE entity = 'api_key' ORDER BY id").fetchall()
    assert audited == [("api_key.created",), ("api_key.revoked",)]


def test_without_a_look_a_process_goes_on_to_know_a_revoked_key(api: RunningApi, admin: httpx.Client) -> None:
    """The control: what makes a revocation count is that each process looks again."""
    made = make(admin, "read")
    keys = ApiKeys(api.services.db, api.services.redis)
    keys.changed()
    with api.services.db.transaction() as connection:
        api_keys.revoke(connection, UUID(made["api_key"]["id"]))
    assert keys.find(made["key"]) is not None
    keys.changed()
    assert keys.find(made["key"]) is None


@pytest.mark.parametrize("end", ["closed", "no administrator any more"])
def test_a_key_ends_with_the_account_of_its_administrator(api: RunningApi, end: str) -> None:
    owner: SignedInUser = api.admit(Role.ADMIN)
    with api.client(owner.headers) as admin:
        key = make(admin, "admin")["key"]
    with program(api, key) as client:
        assert client.get("/admin/overview").status_code == 200
        with api.services.db.unit_of_work() as session:
            if end == "closed":
                service.close_account(session, owner.id, at=now())
            else:
                assert service.set_role(session, owner.username, Role.AGENT)
        until(lambda: client.get("/admin/overview").status_code == 401)


def test_the_time_of_the_last_use_is_shown(api: RunningApi, admin: httpx.Client) -> None:
    with program(api, make(admin, "read")["key"]) as client:
        assert admin.get(KEYS).json()["data"][0]["last_used_at"] is None
        assert client.get("/api/v1/auth/me").status_code == 200
        until(lambda: admin.get(KEYS).json()["data"][0]["last_used_at"] is not None)


def test_what_is_no_key_is_refused(api: RunningApi, admin: httpx.Client) -> None:
    key = make(admin, "read")["key"]
    for other in (key[:-1], key + "x", key.upper(), "sk_", f"x{key}"):
        with program(api, other) as client:
            problem(client.get("/api/v1/auth/me"), 401, "unauthenticated")
    problem(admin.post(KEYS, json={"name": "x", "scopes": []}), 422, "validation")
    problem(admin.post(KEYS, json={"name": "x", "scopes": ["everything"]}), 422, "validation")


def test_the_audit_log_names_the_key_that_changed_something(api: RunningApi, admin: httpx.Client) -> None:
    made = make(admin, "admin", name="nightly script")
    with program(api, made["key"]) as script:
        assert script.post("/admin/queues/imports/pause").status_code == 200
    assert admin.post("/admin/queues/imports/resume").status_code == 200
    by_hand, by_key = admin.get("/admin/audit", params={"entity": "queue"}).json()["data"]
    assert (by_hand["action"], by_hand["key_id"], by_hand["key_name"]) == ("queue.resumed", None, None)
    assert (by_key["action"], by_key["key_id"], by_key["key_name"]) == ("queue.paused", made["api_key"]["id"], "nightly script")
    assert by_key["user_id"] == by_hand["user_id"], "the key acts for the account of its administrator"
    of_the_key = admin.get("/admin/audit", params={"key_id": made["api_key"]["id"]}).json()["data"]
    assert of_the_key == [by_key]
