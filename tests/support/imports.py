"""Files of flights: write them, upload them, and import them in the process of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import redis as redis_py

from core.db import Database
from core.imports.csv.reader import read_chunk
from core.imports.storage.folder import FolderStorage, folder_storage
from core.places.route import UnknownPlaces
from core.users.models import Role
from tests.support.api import ApiFactory
from workers.imports.protocol import Ending
from workers.imports.run import run_import

HEADER = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"
FIRST = datetime(2030, 1, 1, 6, tzinfo=UTC)


def row(number: int = 1, **changes: Any) -> str:
    """One line: the `number`-th flight from Delhi to Mumbai, an hour after the one before."""
    departure = FIRST + timedelta(hours=number)
    cells = {
        "flight_number": f"AI-{number}",
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": f"{departure:%Y-%m-%dT%H:%M:%SZ}",
        "arrival_ts": f"{departure + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}",
        "total_seats": "150",
        "price": "7500.00",
    }
    return ",".join(str(cell) for cell in {**cells, **changes}.values())


def csv_of(rows: Iterable[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def in_chunks_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an import be worked in chunks of so many rows."""
    monkeypatch.setattr("workers.imports.run.read_chunk", lambda file, layout, at: read_chunk(file, layout, at, rows=rows))


@dataclass
class ImportSteps:
    """The steps of an import: `admin` uploads and reads, and `work` runs the worker's code in the process of the test."""

    admin: httpx.Client
    db: Database
    redis: redis_py.Redis
    storage: FolderStorage
    folder: Path
    unknown_places: UnknownPlaces

    def send(self, data: bytes, **parameters: Any) -> UUID:
        """Upload a file; returns its job."""
        response = self.admin.post(
            "/admin/flights/bulk-upload", files={"file": ("flights.csv", data, "text/csv")}, params=parameters
        )
        assert response.status_code == 202, response.text
        return UUID(response.json()["job_id"])

    def work(self, job: UUID) -> Ending:
        return run_import(self.db, self.redis, self.storage, job, unknown_places=self.unknown_places)

    def status(self, job: UUID) -> dict[str, Any]:
        response = self.admin.get(f"/admin/flights/bulk-upload/status/{job}")
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()
        return status

    def take(self, data: bytes, **parameters: Any) -> dict[str, Any]:
        """Upload a file and work it to its end; returns its status."""
        job = self.send(data, **parameters)
        assert self.work(job) is Ending.COMPLETED
        return self.status(job)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.db.transaction() as connection:
            return connection.execute(query.encode()).fetchall()


def counts(status: dict[str, Any]) -> dict[str, int]:
    return {name: status[name] for name in ("created", "updated", "skipped", "failed")}


def faults(status: dict[str, Any]) -> list[tuple[int, str | None, str]]:
    return [(error["line"], error["column"], error["code"]) for error in status["errors"]]


ImportStepsFactory = Callable[..., ImportSteps]


@pytest.fixture
def open_import_steps(start_api: ApiFactory, db: Database, redis_url: str, tmp_path: Path) -> Iterator[ImportStepsFactory]:
    """Call it with settings for import steps with an API that has them."""
    clients: list[Any] = []

    def start(**settings: str) -> ImportSteps:
        api = start_api(DATA_DIR=str(tmp_path), **settings)
        admin = api.client(api.admit(Role.ADMIN).headers)
        redis = redis_py.Redis.from_url(redis_url)
        clients.extend((admin, redis))
        unknown_places = UnknownPlaces(api.services.settings.flights.unknown_places)
        return ImportSteps(admin, db, redis, folder_storage(tmp_path), tmp_path / "uploads", unknown_places)

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def import_steps(open_import_steps: ImportStepsFactory) -> ImportSteps:
    return open_import_steps()
