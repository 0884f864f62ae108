"""The queues that an administrator has paused, as this process last read them from Postgres."""

from __future__ import annotations

from core.db import RawConnection
from core.messaging.messages import Queue
from core.operations import pauses


class Pauses:
    """The heartbeat reads it once a second; consumers and the sweep use it. While Postgres cannot be reached, the last state is
    used.
    """

    def __init__(self) -> None:
        self._paused: frozenset[str] = frozenset()

    def read(self, connection: RawConnection) -> None:
        self._paused = frozenset(pauses.list_paused(connection))

    def is_paused(self, queue: Queue) -> bool:
        return queue in self._paused
