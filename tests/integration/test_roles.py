"""Permissions under `/admin`: every operation, with every role. An agent can read, and change nothing."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute

from api.http.authentication import requires_admin
from core.users.models import Role
from tests.support.api import RunningApi, problem
from tests.support.pipeline import Pipeline

READS: Final = ("GET", "HEAD")


def admin_operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Method and path of each, with something in the place of every parameter."""
    found = []
    for path, item in document["paths"].items():
        if path.startswith("/admin"):
            address = "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))
            found += [(method.upper(), address) for method in item] + ([("HEAD", address)] if "get" in item else [])
    return found


@pytest.fixture
def operations(client: httpx.Client) -> list[tuple[str, str]]:
    found = admin_operations(client.get("/schema/openapi.json").json())
    assert len(found) > 15
    return found


def is_open(client: httpx.Client, method: str, address: str) -> bool:
    return client.request(method, address).status_code not in (401, 403)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_operation_lets_in_who_may(api: RunningApi, operations: list[tuple[str, str]], role: Role | None) -> None:
    may: dict[Role | None, set[str]] = {
        Role.AGENT: set(READS),
        Role.ADMIN: {method for method, _ in operations},
    }
    with api.client(api.admit(role).headers if role else {}) as client:
        wrong = [
            f"{role} {method} {address}"
            for method, address in operations
            if is_open(client, method, address) != (method in may.get(role, ()))
        ]
    assert not wrong, "\n".join(wrong)


def test_no_address_under_admin_is_without_the_guard(api: RunningApi) -> None:
    """Also operations that are not in the OpenAPI document."""
    routes = [route for route in api.app.routes if isinstance(route, HTTPRoute) and route.path.startswith("/admin")]
    handlers = [handler for route in routes for handler in route.route_handlers if handler.http_methods != {"OPTIONS"}]
    assert handlers
    assert {handler.operation_id for handler in handlers if requires_admin not in handler.resolve_guards()} == set()


def test_an_agent_gets_the_reason(api: RunningApi) -> None:
    with api.client(api.admit(Role.AGENT).headers) as agent:
        problem_body = problem(agent.post("/admin/flights", json={}), 403, "forbidden")
    assert problem_body["detail"] == "Only an administrator may do this. An agent can read, but not change anything."


def test_an_agent_sees_what_belongs_to_others_and_changes_none_of_it(
    api: RunningApi, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    body = {"flight_id": str(pipeline.flight(5)), "seats": 1, "passengers": [{"name": "Asha Rao"}]}
    booking = UUID(traveller.post("/api/v1/booking", json=body).json()["booking_id"])
    pipeline.work(booking)
    seen = traveller.get(f"/api/v1/bookings/{booking}").json()
    with api.client(api.admit(Role.AGENT).headers) as agent:
        assert agent.get(f"/api/v1/bookings/{booking}").json()["id"] == str(booking)
        assert agent.get(f"/api/v1/bookings/by-reference/{seen['reference']}").json()["id"] == str(booking)
        assert agent.get(f"/api/v1/jobs/{booking}").json()["status"] == "CONFIRMED"
        changes = [
            agent.delete(f"/api/v1/bookings/{booking}"),
            agent.post(f"/api/v1/bookings/{booking}/cancellations"),
            agent.patch(f"/api/v1/bookings/{booking}/passengers/1", json={"name": "Someone Else"}),
            agent.post(f"/api/v1/bookings/{booking}/payments", json={"token": "tok_ok"}),
        ]
        assert [response.status_code for response in changes] == [404] * len(changes)
        problem(agent.post("/api/v1/booking", json={**body, "user_id": seen["user_id"]}), 403, "forbidden")
    assert traveller.get(f"/api/v1/bookings/{booking}").json() == seen
