"""Queues that an administrator has paused: their messages wait, and what is at work is finished. Kept in Postgres, so a pause outlives
every restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import RawConnection, fetch


@dataclass(frozen=True, slots=True)
class Pause:
    queue: str
    paused_at: datetime
    username: str | None
    """Who paused it; None for an account that is gone."""


def pause(connection: RawConnection, queue: str, user_id: UUID) -> bool:
    """False: it was paused before."""
    inserted = connection.execute(
        "INSERT INTO paused_queues (queue, user_id) VALUES (%s, %s) ON CONFLICT (queue) DO NOTHING", (queue, user_id)
    )
    return inserted.rowcount == 1


def resume(connection: RawConnection, queue: str) -> bool:
    """False: it was not paused."""
    return connection.execute("DELETE FROM paused_queues WHERE queue = %s", (queue,)).rowcount == 1


def list_paused(connection: RawConnection) -> dict[str, Pause]:
    """By queue."""
    rows = fetch(
        connection,
        Pause,
        "SELECT p.queue, p.paused_at, u.username FROM paused_queues p LEFT JOIN users u ON u.id = p.user_id ORDER BY p.queue",
    )
    return {pause.queue: pause for pause in rows}
