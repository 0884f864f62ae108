"""A request that changes something is refused, without a change, if any part of it is unknown."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http import understanding
from tests.support.api import PASSWORD, problem, register
from tests.support.imports import ImportSteps, csv_of, row

UPLOAD = "/admin/flights/bulk-upload"
FLIGHT = {
    "flight_number": "QA-301", "source": "Delhi", "destination": "Mumbai", "departure_ts": "2030-03-01T10:00:00Z",
    "arrival_ts": "2030-03-01T12:00:00Z", "total_seats": 10, "price": "100.00",
}  # fmt: skip


def changing_operations(client: httpx.Client) -> list[tuple[str, str, dict[str, Any]]]:
    paths = client.get("/schema/openapi.json").json()["paths"]
    return [
        (method.upper(), path, operation)
        for path, item in paths.items()
        for method, operation in item.items()
        if method in ("post", "put", "patch", "delete")
    ]


def body_of(operation: dict[str, Any]) -> dict[str, Any]:
    """A body of the kind that the operation takes."""
    kinds = list(operation.get("requestBody", {}).get("content", {}))
    if not kinds:
        return {}
    return {"content": b"{}" if "json" in kinds[0] else b"a=b", "headers": {"Content-Type": kinds[-1]}}


def pointers(response: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem(response, 422, "validation")["errors"]]


def test_no_changing_operation_passes_over_a_parameter(admin: httpx.Client, subtests: pytest.Subtests) -> None:
    operations = changing_operations(admin)
    assert len(operations) > 20
    for method, path, operation in operations:
        address = re.sub(r"\{[^}]+\}", lambda part: "1" if "position" in part[0] else str(uuid4()), path)
        with subtests.test(f"{method} {path}"):
            response = admin.request(method, f"{address}?dryrun=true", **body_of(operation))
            assert pointers(response) == [("?dryrun", "unknown_parameter")]
            assert "422" in operation["responses"]


def test_without_the_safeguard_the_parameter_would_be_passed_over(admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def understood(request: Any) -> None:
        pass

    monkeypatch.setattr(understanding, "require_understood", understood)
    response = admin.post("/admin/flights?dryrun=true", json=FLIGHT)
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("query", "error", "says"),
    [
        ("dryrun=true", ("?dryrun", "unknown_parameter"), "Did you mean 'dry_run'?"),
        ("dry-run=true", ("?dry-run", "unknown_parameter"), "Did you mean 'dry_run'?"),
        ("DRY_RUN=true", ("?DRY_RUN", "unknown_parameter"), "Did you mean 'dry_run'?"),
        ("moed=create", ("?moed", "unknown_parameter"), "Did you mean 'mode'?"),
        ("time=local", ("?time", "unknown_parameter"), "Did you mean 'times'?"),
        ("colour=red", ("?colour", "unknown_parameter"), "There is no parameter 'colour'. Nothing"),
        ("dry_run=true&dry_run=false", ("?dry_run", "repeated"), "2 times"),
        ("mode=create&mode=create", ("?mode", "repeated"), "2 times"),
        ("dryrun", ("?dryrun", "unknown_parameter"), "Did you mean 'dry_run'?"),
    ],
)
def test_an_upload_with_an_unknown_option_imports_nothing(
    import_steps: ImportSteps, query: str, error: tuple[str, str], says: str
) -> None:
    response = import_steps.admin.post(f"{UPLOAD}?{query}", files={"file": ("a.csv", csv_of([row(1)]))})
    assert pointers(response) == [error]
    assert says in response.json()["detail"]
    assert import_steps.rows("SELECT count(*) FROM imports") == [(0,)]


@pytest.mark.parametrize("query", ["dry_run=", "mode=", "times="])
def test_an_option_without_a_value_is_refused(import_steps: ImportSteps, query: str) -> None:
    response = import_steps.admin.post(f"{UPLOAD}?{query}", files={"file": ("a.csv", csv_of([row(1)]))})
    problem(response, 422, "validation")


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("dry_run", "?dry_run="),
        ("mode", "?mode="),
        ("dryRun", "Did you mean 'dry_run'?"),
        ("fil", "Did you mean 'file'?"),
        ("comment", "There is no field 'comment'."),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_field_of_the_form_beside_the_file_is_refused(import_steps: ImportSteps, field: str, says: str, first: bool) -> None:
    parts: list[Any] = [("file", ("a.csv", csv_of([row(1)]))), (field, (None, b"true"))]
    response = import_steps.admin.post(UPLOAD, files=parts[::-1] if first else parts)
    assert pointers(response) == [(f"/{field}", "unknown_field")]
    assert says in response.json()["detail"]
    assert import_steps.rows("SELECT count(*) FROM imports") == [(0,)]
    assert not import_steps.folder.exists() or not list(import_steps.folder.iterdir())


def test_what_is_deleted_or_cancelled_on_trial_stays(import_steps: ImportSteps) -> None:
    flight = import_steps.admin.post("/admin/flights", json=FLIGHT).json()["id"]
    booking = import_steps.admin.post("/api/v1/booking", json={"flight_id": flight, "seats": 1}).json()["booking_id"]
    job = import_steps.send(csv_of([row(1)]))
    for method, path in (
        ("DELETE", f"/admin/flights/{flight}"),
        ("DELETE", f"/api/v1/bookings/{booking}"),
        ("POST", f"/api/v1/bookings/{booking}/cancellations"),
        ("POST", f"/admin/imports/{job}/cancel"),
    ):
        assert pointers(import_steps.admin.request(method, f"{path}?dry_run=true")) == [("?dry_run", "unknown_parameter")]
        in_a_form = import_steps.admin.request(method, path, data={"dry_run": "true"})
        assert pointers(in_a_form) == [("", "unknown_field")]
        in_json = import_steps.admin.request(method, path, json={"dry_run": True})
        assert pointers(in_json) == [("", "unknown_field")]
        large = import_steps.admin.request(method, path, content=b" " * 4096)
        assert pointers(large) == [("", "unknown_field")]
        piecewise = import_steps.admin.request(method, path, content=iter([b"dry", b"_run"]))
        assert pointers(piecewise) == [("", "unknown_field")]
    assert import_steps.admin.get(f"/admin/flights/{flight}").status_code == 200
    assert import_steps.admin.get(f"/api/v1/bookings/{booking}").json()["status"] == "PENDING"
    assert import_steps.status(job)["status"] == "PENDING"


def test_an_empty_body_where_none_is_read_is_no_fault(import_steps: ImportSteps) -> None:
    for content in (b"", b"{}", b" null \n"):
        job = import_steps.send(csv_of([row(len(content) + 1)]))
        response = import_steps.admin.post(
            f"/admin/imports/{job}/cancel", content=content, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 202, response.text


def test_a_form_to_sign_in_with_is_understood_as_well(client: httpx.Client) -> None:
    user = register(client)
    good = {"username": user.username, "password": PASSWORD}
    usual = {**good, "grant_type": "password", "scope": "", "client_id": "web", "client_secret": ""}
    assert client.post("/api/v1/auth/token", data=usual).status_code == 200
    response = client.post("/api/v1/auth/token", data={**good, "user_name": "x"})
    assert pointers(response) == [("/user_name", "unknown_field")]
    twice = client.post(
        "/api/v1/auth/token",
        content=f"username={user.username}&password=a&password=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert pointers(twice) == [("/password", "repeated")]


def test_an_unknown_field_of_json_has_a_suggestion(admin: httpx.Client) -> None:
    response = admin.post("/admin/flights", json={**FLIGHT, "totalSeats": 10})
    assert pointers(response) == [("/totalSeats", "unknown_field")]
    assert "Did you mean 'total_seats'?" in response.json()["errors"][0]["message"]


def test_no_reading_operation_chooses_one_of_two_values(admin: httpx.Client, subtests: pytest.Subtests) -> None:
    """`?date=2030-03-01&date=2030-03-02` had the flights of one of the days."""
    read = [
        (path, each["name"])
        for path, item in admin.get("/schema/openapi.json").json()["paths"].items()
        for each in item.get("get", {}).get("parameters", [])
        if each["in"] == "query" and each["schema"].get("type") != "array"
    ]
    assert ("/api/v1/search", "date") in read
    for path, name in read:
        address = re.sub(r"\{[^}]+\}", str(uuid4()), path)
        with subtests.test(f"{path} {name}"):
            errors = pointers(admin.get(f"{address}?{name}=1&{name}=2"))
            assert (f"?{name}", "repeated") in errors


def test_an_empty_filter_is_no_filter(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2)]))
    everything = import_steps.admin.get("/admin/flights").json()
    assert len(everything["data"]) == 2
    for query in ("source=&cursor=", "source=&destination=&date=&status=&q=&sort=&limit=&cursor=", "q=", "status=&date="):
        response = import_steps.admin.get(f"/admin/flights?{query}")
        assert response.status_code == 200, response.text
        assert response.json() == everything
    for path in (
        "/admin/imports?status=&dry_run=&cursor=&limit=",
        "/api/v1/bookings?status=&cursor=",
        "/admin/audit?entity=&cursor=",
    ):
        assert import_steps.admin.get(path).status_code == 200, path
    found = "/api/v1/search?source=Delhi&destination=Mumbai&date=2030-01-01"
    assert import_steps.admin.get(f"{found}&sort=&limit=&seats=").json() == import_steps.admin.get(found).json() != []
    assert import_steps.admin.get("/api/v1/search?source=&destination=Mumbai&date=2030-01-01").status_code == 422


@pytest.mark.parametrize(
    ("wrong_address", "choices"),
    [("encoding=klingon", "utf-8, utf-16, windows-1250"), ("mode=UPSERT", "upsert, create"), ("match=days", "time, day")],
)
def test_a_choice_that_there_is_not_names_those_that_there_are(
    import_steps: ImportSteps, wrong_address: str, choices: str
) -> None:
    response = import_steps.admin.post(
        f"{UPLOAD}?{wrong_address}", content=csv_of([row(1)]), headers={"Content-Type": "text/csv"}
    )
    (error,) = problem(response, 422, "validation")["errors"]
    assert (error["code"], f" Choose one of {choices}" in error["message"]) == ("unknown_value", True)
