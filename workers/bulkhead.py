"""A bulkhead: items wait in groups, and only a limited number of each group is in flight, so that a group that hangs does not
delay the others.

An example with a width of 2 and a total of 4: flight A has ten charges that hang. Two of them are in flight, eight wait. Charges
of flight B start at once, because two places are free. (The pattern is described in M. Nygard: "Release It!".)

An item that is in flight has a place in its group until its call has ended (`vacate`), and counts for the total until all of its work
has ended (`done`).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)


class Bulkhead(Generic[Group, Item]):
    """At most `width` items of one group have a place, and `total` items of all groups are in flight. `depth`: how many items of a
    group may wait. Not thread-safe.
    """

    def __init__(self, *, width: int, total: int, depth: int) -> None:
        self._width = width
        self._total = total
        self._depth = depth
        self._waiting: dict[Group, deque[Item]] = {}
        self._ready: deque[Group] = deque()
        """Groups with waiting items and free places, each once. They are served in turn."""
        self._places: Counter[Group] = Counter()
        """Taken places."""
        self._known: set[Item] = set()
        self.in_flight = 0

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
            if self._places[group] < self._width:
                self._ready.append(group)
        else:
            queue.append(item)
        return True

    def take(self) -> tuple[Group, Item] | None:
        """The next item that may start now; None if there is none. The caller must call `vacate` and `done` afterwards."""
        if not self._ready or self.in_flight >= self._total:
            return None
        group = self._ready.popleft()
        queue = self._waiting[group]
        item = queue.popleft()
        self._places[group] += 1
        self.in_flight += 1
        if not queue:
            del self._waiting[group]
        elif self._places[group] < self._width:
            self._ready.append(group)
        return group, item

    def vacate(self, group: Group) -> None:
        """The call of an item of this group has ended, so its place is free."""
        was_full = self._places[group] >= self._width
        self._places[group] -= 1
        if not self._places[group]:
            del self._places[group]
        if was_full and group in self._waiting:
            self._ready.append(group)

    def done(self, item: Item) -> None:
        """All work of an item has ended."""
        self.in_flight -= 1
        self._known.discard(item)
