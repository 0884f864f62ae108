"""Which queues an administrator has paused, as this process last read it."""

from __future__ import annotations

from core.db import RawConnection
from core.messaging.messages import Queue
from core.operations import pauses


class Pauses:
    """Read once a second by the heartbeat; asked by consumers and by the sweep. While Postgres is away, what was read last counts."""

    def __init__(self) -> None:
        self._paused: frozenset[str] = frozenset()

    def read(self, connection: RawConnection) -> None:
        self._paused = frozenset(pauses.list_paused(connection))

    def is_paused(self, queue: Queue) -> bool:
        return queue in self._paused
