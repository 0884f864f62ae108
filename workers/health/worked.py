"""How much this process has processed since its last report, by queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from core.heartbeats.work import Amount


class Worked:
    """Counted by the consumers, and reported by the heartbeat. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._amounts: dict[str, Amount] = {}

    def add(self, queue: str, messages: int, items: int) -> None:
        with self._lock:
            before = self._amounts.get(queue, Amount(0, 0))
            self._amounts[queue] = Amount(before.messages + messages, before.items + items)

    @contextmanager
    def reported(self) -> Iterator[dict[str, Amount]]:
        """The counts so far. They are reset, unless the block raises."""
        with self._lock:
            taken, self._amounts = self._amounts, {}
        try:
            yield taken
        except BaseException:
            for queue, amount in taken.items():
                self.add(queue, amount.messages, amount.items)
            raise
