"""The writing side: what a worker process says about itself, and about others that it knows to be dead."""

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
"""A worker that has not beaten for so long does not answer: it is frozen, stuck, cut off or dead."""
FORGET_SECONDS: Final = 600.0
"""After so long, nobody waits for a silent worker any more. Whether one on another host is dead, nobody can know earlier."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process. `queues`: what it works on; `has_provider`: whether it can charge anybody."""

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
class Dead:
    """A worker process that ended without saying so."""

    id: UUID
    host: str
    pid: int


def this_process(queues: Collection[str], *, has_provider: bool) -> Worker:
    return Worker(new_id(), socket.gethostname(), os.getpid(), __version__, tuple(queues), has_provider)


def beat(connection: RawConnection, worker: Worker, at_work: Sequence[Activity] = (), *, sweeps: bool = False) -> None:
    """Say that this worker is able to work now, and what it is doing."""
    # Nothing is lost when a heartbeat is, so nobody waits for the disk.
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
    """A worker that was not heard for a while; `is_forgotten`: for so long that its host does not matter."""

    id: UUID
    host: str
    pid: int
    seen_at: datetime
    is_forgotten: bool


def say_goodbye(connection: RawConnection, worker: Worker) -> None:
    """This worker was stopped regularly."""
    connection.execute("DELETE FROM worker_heartbeats WHERE id = %s", (worker.id,))


def remove_dead(connection: RawConnection, worker: Worker, *, silent_seconds: float = SILENT_SECONDS) -> list[Dead]:
    """Delete the rows of workers that are dead: on this host, those whose process is gone; elsewhere, those that were silent for
    `FORGET_SECONDS`. Returns them.

    Who is silent for less than `silent_seconds` is left alone. A worker that starts passes 0: the process that it replaces may have
    been killed a moment ago.
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
    dead = [
        row for row in rows if row.is_forgotten or (row.host == worker.host and (row.pid == worker.pid or not _exists(row.pid)))
    ]
    # By the time as well: one that came back a moment ago stays.
    deleted = connection.execute(
        """
        DELETE FROM worker_heartbeats w USING unnest(%s::uuid[], %s::timestamptz[]) AS dead(id, seen_at)
        WHERE w.id = dead.id AND w.seen_at = dead.seen_at RETURNING w.id
        """,
        ([row.id for row in dead], [row.seen_at for row in dead]),
    ).fetchall()
    gone = {row[0] for row in deleted}
    return [Dead(row.id, row.host, row.pid) for row in dead if row.id in gone]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # of another account
    except (ProcessLookupError, OverflowError):
        return False
    return True
