"""The product works as a Redis user with exactly the rights that it requires."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
import pytest

import core
from core.redis import rights
from core.users.models import Role
from tests.support.flights import add_flight, noon_in
from tests.support.imports import csv_of, row
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.product import Product
from tests.support.redis_servers import REDIS, SAFE, VALKEY, StartRedis
from tests.support.waiting import until

BESIDE: Final = {"hello", "auth", "info", "multi", "exec", "discard", "client|setinfo", "select"}
"""What the driver says when it connects, and what the look at the server needs."""


@pytest.mark.parametrize("kind", [VALKEY, REDIS])
def test_nothing_that_is_needed_is_missing(
    kind: str, start_redis: StartRedis, database_url: str, open_pipeline: PipelineFactory, tmp_path: Path
) -> None:
    server = start_redis(kind, **SAFE)
    pipeline = open_pipeline(database_url, server.url)
    redis_url = f"redis://skyqueue:secret@{server.place}/0"
    with server.client() as admin:
        allowed = [*rights.everything(), "+info"]
        admin.execute_command("ACL SETUSER", "skyqueue", "on", ">secret", *allowed)
        admin.config_resetstat()
        a_busy_day(pipeline, redis_url)
        settings = {"SKYQUEUE_DATABASE_URL": database_url, "SKYQUEUE_REDIS_URL": redis_url}
        audited = Product(tmp_path / "data", environment=settings).run("audit")
        assert "Redis" not in audited.stdout + audited.stderr, audited
        denied = [(entry["object"], entry["client-info"]) for entry in admin.acl_log()]
        # The driver sends its name, and ignores an error of that.
        assert [name for name, _ in denied if name != "client|setinfo"] == []
        used = {name.removeprefix("cmdstat_") for name in admin.info("commandstats")}
    ours = {rights.rule(command).removeprefix("+") for command in rights.COMMANDS}
    assert used - BESIDE - {"acl|setuser", "acl|log", "config|resetstat"} <= ours


def a_busy_day(pipeline: Pipeline, redis_url: str) -> None:
    """Everything that touches Redis, through the API and a worker, each of which ends well."""
    api = pipeline.api(REDIS_URL=redis_url, RATE_LIMITS="on", SEARCH_CACHE_SECONDS="1")
    worker = pipeline.worker(REDIS_URL=redis_url)
    with api.client(pipeline.account(Role.ADMIN).headers) as admin, api.client(pipeline.account().headers) as traveller:
        until(lambda: admin.get("/health/ready").json()["status"] == "ok", seconds=20)
        upload = {"file": ("flights.csv", csv_of([row(1), row(2)]), "text/csv")}
        job = admin.post("/admin/flights/bulk-upload", files=upload).json()
        assert ended(admin, job["job_id"]) == "COMPLETED"
        flight = add_flight(admin)
        day = noon_in(10).date()
        route = {"source": "Delhi", "destination": "Mumbai"}
        for _ in range(2):
            assert traveller.get("/api/v1/search", params={**route, "date": f"{day}"}).json()
            assert traveller.get("/api/v1/itineraries", params={**route, "date": f"{day}"}).json()["data"]
            assert traveller.get("/api/v1/calendar", params={**route, "month": f"{day:%Y-%m}"}).json()["data"]
            assert traveller.get("/api/v1/airports").json()
        booked = [book(traveller, flight["id"], payment) for payment in ({}, {"payment": {"hold": True}})]
        assert traveller.delete(f"/api/v1/bookings/{booked[0]}").json()["status"] == "CANCELLED"
        worker.kill()  # what it had at hand comes back to the next
        pipeline.worker(REDIS_URL=redis_url)
        book(traveller, flight["id"], {})
        cancelled = admin.post(f"/admin/flights/{flight['id']}/cancel", json={"reason": "snow"}).json()
        assert ended(admin, cancelled["job_id"]) == "COMPLETED"


def book(traveller: httpx.Client, flight_id: str, more: Mapping[str, object]) -> str:
    accepted = traveller.post("/api/v1/booking", json={"flight_id": flight_id, "seats": 1, "allow_duplicate": True, **more})
    assert accepted.status_code == httpx.codes.ACCEPTED, accepted.text
    assert ended(traveller, accepted.json()["job_id"]) in ("CONFIRMED", "HELD")
    return str(accepted.json()["booking_id"])


def ended(client: httpx.Client, job_id: str) -> str:
    until(lambda: bool(client.get(f"/api/v1/jobs/{job_id}", headers={"Prefer": "wait=5"}).json()["done"]), seconds=30)
    return str(client.get(f"/api/v1/jobs/{job_id}").json()["status"])


def test_every_command_of_every_script_is_checked() -> None:
    """Also those that only a rare case reaches."""
    packages = [Path(core.__file__).parent, Path(str(importlib.resources.files("dramatiq")))]
    scripts = [file for package in packages for file in package.rglob("*.lua")]
    assert len(scripts) > 8
    called = {name.lower() for file in scripts for name in re.findall(r"redis\.call\([\"'](\w+)", file.read_text())}
    assert called <= {rights.rule(command).removeprefix("+") for command in rights.COMMANDS}
