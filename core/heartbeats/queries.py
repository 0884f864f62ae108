"""Read heartbeats: which workers are able to work, and when each was last."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from core.db import RawConnection, fetch
from core.heartbeats.beats import SILENT_SECONDS

LIST_ALL: Final[LiteralString] = """
    SELECT id, host, pid, has_provider, seen_at, extract(epoch FROM clock_timestamp() - seen_at)::float8 AS age FROM worker_heartbeats
    ORDER BY started_at, id
"""
"""Its rows have the form of `Heartbeat`."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last heartbeat of one worker process. `age` is in seconds, by the database's clock."""

    id: UUID
    host: str
    pid: int
    has_provider: bool
    seen_at: datetime
    age: float


def list_all(connection: RawConnection) -> list[Heartbeat]:
    return fetch(connection, Heartbeat, LIST_ALL)


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """Everything that a worker process stores about itself. `age` is in seconds, by the database's clock."""

    id: UUID
    host: str
    pid: int
    version: str
    queues: list[str]
    has_provider: bool
    started_at: datetime
    seen_at: datetime
    age: float
    at_work: list[dict[str, Any]]
    """Each item is an `Activity` of `beats.py`."""
    sweeps: bool


def list_processes(connection: RawConnection) -> list[WorkerProcess]:
    """Every worker whose row was not deleted, also workers without a recent heartbeat."""
    return fetch(
        connection,
        WorkerProcess,
        """
        SELECT id, host, pid, version, queues, has_provider, started_at, seen_at,
               extract(epoch FROM clock_timestamp() - seen_at)::float8 AS age, at_work, sweeps
        FROM worker_heartbeats ORDER BY started_at, id
        """,
    )


def list_answering(connection: RawConnection, host: str | None = None) -> list[Heartbeat]:
    """The workers on this host (or on another one) that were able to work a moment ago."""
    host = host or socket.gethostname()
    return [each for each in list_all(connection) if each.host == host and each.age <= SILENT_SECONDS]
