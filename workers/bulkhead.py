"""A bulkhead: work waits in lanes, and each lane may have a few pieces of it in flight, so one that hangs holds up no other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Lane = TypeVar("Lane", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


class Bulkhead(Generic[Lane, Item]):
    """At most `width` items of a lane, and `total` of all, in flight. `depth`: how many of a lane may wait. Not thread-safe."""

    def __init__(self, *, width: int, total: int, depth: int) -> None:
        self._width = width
        self._total = total
        self._depth = depth
        self._waiting: dict[Lane, deque[Item]] = {}
        self._ready: deque[Lane] = deque()
        """Lanes that have work and room for it, each once; taken in turns."""
        self._running: Counter[Lane] = Counter()
        self._known: set[Item] = set()

    @property
    def in_flight(self) -> int:
        return self._running.total()

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._waiting.values())

    def put(self, lane: Lane, item: Item) -> bool:
        """Queue an item. False: it is here already, or its lane is full."""
        queue = self._waiting.get(lane)
        if item in self._known or (queue is not None and len(queue) >= self._depth):
            return False
        self._known.add(item)
        if queue is None:
            self._waiting[lane] = deque([item])
            if self._running[lane] < self._width:
                self._ready.append(lane)
        else:
            queue.append(item)
        return True

    def take(self) -> tuple[Lane, Item] | None:
        """The next item that may start now; `done` must follow."""
        if not self._ready or self.in_flight >= self._total:
            return None
        lane = self._ready.popleft()
        queue = self._waiting[lane]
        item = queue.popleft()
        self._running[lane] += 1
        if not queue:
            del self._waiting[lane]
        elif self._running[lane] < self._width:
            self._ready.append(lane)
        return lane, item

    def done(self, lane: Lane, item: Item) -> None:
        """An item has ended: its place is free."""
        was_full = self._running[lane] >= self._width
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
        self._known.discard(item)
        if was_full and lane in self._waiting:
            self._ready.append(lane)
