"""Write heartbeats: a worker process stores that it is able to work, and deletes the rows of processes that have ended."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from core import __version__
from core.clock import new_id
from core.db import RawConnection, fetch

BEAT_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 5.0
"""A worker without a heartbeat for this time does not answer: its process hangs or has ended, a thread is stuck, or the network is
interrupted.
"""
FORGET_SECONDS: Final = 600.0
"""After this time without a heartbeat, a worker counts as ended, also on another host, where its process cannot be checked."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process. `queues`: the queues that it processes; `has_provider`: whether a payment provider is configured."""

    id: UUID
    host: str
    pid: int
    version: str
    queues: tuple[str, ...]
    has_provider: bool


class Activity(msgspec.Struct, frozen=True):
    """What one thread of a worker is doing, or all its calls of the payment provider together. `items`: bookings, files, refunds or calls.
    `since` is by the clock of the worker; null for calls, of which each began at another time.
    """

    actor: str
    items: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class EndedWorker:
    """A worker process that ended without deleting its row."""

    id: UUID
    host: str
    pid: int


def this_process(queues: Collection[str], *, has_provider: bool) -> Worker:
    return Worker(new_id(), socket.gethostname(), os.getpid(), __version__, tuple(queues), has_provider)


def beat(connection: RawConnection, worker: Worker, at_work: Sequence[Activity] = (), *, sweeps: bool = False) -> None:
    """Store that this worker is able to work now, and what it is doing."""
    # A lost heartbeat does no harm, so the commit does not wait for the disk.
    connection.execute("SET LOCAL synchronous_commit = off")
    connection.execute(
        """
        INSERT INTO worker_heartbeats (id, host, pid, version, queues, has_provider, started_at, seen_at, at_work, sweeps)
        VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp(), clock_timestamp(), %s, %s)
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, at_work = excluded.at_work, sweeps = excluded.sweeps
        """,
        (
            worker.id,
            worker.host,
            worker.pid,
            worker.version,
            list(worker.queues),
            worker.has_provider,
            Jsonb(msgspec.to_builtins(list(at_work))),
            sweeps,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Silent:
    """A worker without a recent heartbeat. `is_forgotten`: the last one is older than `FORGET_SECONDS`."""

    id: UUID
    host: str
    pid: int
    seen_at: datetime
    is_forgotten: bool


def remove(connection: RawConnection, worker: Worker) -> None:
    """Delete the row of this worker, because it was stopped regularly."""
    connection.execute("DELETE FROM worker_heartbeats WHERE id = %s", (worker.id,))


def remove_ended(connection: RawConnection, worker: Worker, *, silent_seconds: float = SILENT_SECONDS) -> list[EndedWorker]:
    """Delete the rows of workers that have ended, and return them: on this host, workers whose process does not exist; on other hosts,
    workers without a heartbeat for `FORGET_SECONDS`.

    Workers whose last heartbeat is newer than `silent_seconds` are kept. A worker that starts passes 0, because the process that it
    replaces may have been killed a moment ago.
    """
    rows = fetch(
        connection,
        _Silent,
        """
        SELECT id, host, pid, seen_at, seen_at < clock_timestamp() - %s * interval '1 second' AS is_forgotten FROM worker_heartbeats
        WHERE id <> %s AND seen_at <= clock_timestamp() - %s * interval '1 second'
        """,
        (FORGET_SECONDS, worker.id, silent_seconds),
    )
    ended = [
        row for row in rows if row.is_forgotten or (row.host == worker.host and (row.pid == worker.pid or not _exists(row.pid)))
    ]
    # `seen_at` is compared too: a worker that has written a heartbeat in the meantime is kept.
    deleted = connection.execute(
        """
        DELETE FROM worker_heartbeats w USING unnest(%s::uuid[], %s::timestamptz[]) AS dead(id, seen_at)
        WHERE w.id = dead.id AND w.seen_at = dead.seen_at RETURNING w.id
        """,
        ([row.id for row in ended], [row.seen_at for row in ended]),
    ).fetchall()
    gone = {row[0] for row in deleted}
    return [EndedWorker(row.id, row.host, row.pid) for row in ended if row.id in gone]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # the process belongs to another account
    except (ProcessLookupError, OverflowError):
        return False
    return True
