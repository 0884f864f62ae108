"""Queues that an administrator has paused: workers take no new messages from them, and finish those that they have taken. Pauses are stored
in Postgres, so they stay after a restart."""

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
    """The administrator who paused the queue; None: the account does not exist."""


def pause(connection: RawConnection, queue: str, user_id: UUID) -> bool:
    """Pause a queue. False: it was paused before."""
    inserted = connection.execute(
        "INSERT INTO paused_queues (queue, user_id) VALUES (%s, %s) ON CONFLICT (queue) DO NOTHING", (queue, user_id)
    )
    return inserted.rowcount == 1


def resume(connection: RawConnection, queue: str) -> bool:
    """End the pause of a queue. False: it was not paused."""
    return connection.execute("DELETE FROM paused_queues WHERE queue = %s", (queue,)).rowcount == 1


def list_paused(connection: RawConnection) -> dict[str, Pause]:
    """Queue -> its pause, for all paused queues."""
    rows = fetch(
        connection,
        Pause,
        "SELECT p.queue, p.paused_at, u.username FROM paused_queues p LEFT JOIN users u ON u.id = p.user_id ORDER BY p.queue",
    )
    return {pause.queue: pause for pause in rows}
