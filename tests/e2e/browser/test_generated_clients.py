"""Clients that others generate from the OpenAPI document, against the running product: from a search to a cancellation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.flights import TODAY
from tests.support.product import Product

ROOT = Path(__file__).parents[3]
DAY = TODAY + timedelta(days=60)
CLIENTS = Path(__file__).parent / "clients"


@pytest.fixture(scope="module", autouse=True)
def a_flight(admin_client: httpx.Client) -> None:
    body = {
        "flight_number": "GC-100",
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": f"{DAY}T06:00:00Z",
        "arrival_ts": f"{DAY}T08:00:00Z",
        "total_seats": 40,
        "price": "7500.00",
    }
    admin_client.post("/admin/flights", json=body).raise_for_status()


def run(*command: str | Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [*map(str, command)], env={**os.environ, **environment}, capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_client_in_python(served: Product, tmp_path: Path) -> None:
    with served.client() as client:
        (tmp_path / "openapi.json").write_text(client.get("/schema/openapi.json").text)
    (tmp_path / "config.yaml").write_text(json.dumps({"post_hooks": []}))  # no formatter needs to run for this
    generate = ("generate", "--path", tmp_path / "openapi.json", "--output-path", tmp_path / "skyqueue_client", "--meta", "none")
    run(sys.executable, "-m", "openapi_python_client", *generate, "--config", tmp_path / "config.yaml", environment={})
    arguments = (CLIENTS / "journey.py", served.base_url, str(DAY), f"python-{uuid4().hex[:8]}")
    output = json.loads(run(sys.executable, *arguments, environment={"PYTHONPATH": str(tmp_path)}))
    assert output == {"status": "CANCELLED", "refund": "15000.00", "total": "15000.00"}


def test_a_client_in_typescript(served: Product) -> None:
    arguments = (ROOT / "frontend" / "clients" / "journey.ts", served.base_url, str(DAY), f"typescript-{uuid4().hex[:8]}")
    output = json.loads(run(Path(sys.executable).parent / "node", *arguments, environment={}))
    assert output == {"status": "CANCELLED", "refund": "15000.00", "total": "15000.00"}
