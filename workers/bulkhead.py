"""A bulkhead: items wait in groups, and only a limited number of each group is in flight, so that a group that hangs does not
delay the others.

An example with a width of 2 and a total of 4: flight A has ten charges that hang. Two of them are in flight, eight wait. Charges
of flight B start at once, because two places are free. (The pattern is described in M. Nygard: "Release It!".)
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


class Bulkhead(Generic[Group, Item]):
    """At most `width` items of one group and `total` items of all groups are in flight. `depth`: how many items of a group may
    wait. Not thread-safe.
    """

    def __init__(self, *, width: int, total: int, depth: int) -> None:
        self._width = width
        self._total = total
        self._depth = depth
        self._waiting: dict[Group, deque[Item]] = {}
        self._ready: deque[Group] = deque()
        """Groups with waiting items and fewer than `width` in flight, each once. They are served in turn."""
        self._running: Counter[Group] = Counter()
        self._known: set[Item] = set()

    @property
    def in_flight(self) -> int:
        return self._running.total()

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._waiting.values())

    def put(self, group: Group, item: Item) -> bool:
        """Queue an item. False: it is queued or in flight already, or its group is full."""
        queue = self._waiting.get(group)
        if item in self._known or (queue is not None and len(queue) >= self._depth):
            return False
        self._known.add(item)
        if queue is None:
            self._waiting[group] = deque([item])
            if self._running[group] < self._width:
                self._ready.append(group)
        else:
            queue.append(item)
        return True

    def take(self) -> tuple[Group, Item] | None:
        """The next item that may start now; None if there is none. The caller must call `done` afterwards."""
        if not self._ready or self.in_flight >= self._total:
            return None
        group = self._ready.popleft()
        queue = self._waiting[group]
        item = queue.popleft()
        self._running[group] += 1
        if not queue:
            del self._waiting[group]
        elif self._running[group] < self._width:
            self._ready.append(group)
        return group, item

    def done(self, group: Group, item: Item) -> None:
        """Mark an item as ended, so that its place is free."""
        was_full = self._running[group] >= self._width
        self._running[group] -= 1
        if not self._running[group]:
            del self._running[group]
        self._known.discard(item)
        if was_full and group in self._waiting:
            self._ready.append(group)
