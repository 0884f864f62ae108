"""What workers committed, as events for whoever follows it: one subscription of the process, many listeners.

An event is a hint; the address that it names has the truth. A listener that comes back says which event it saw last, and hears what
it missed. Where that cannot be known (another process, a subscription that was lost, a listener that is too slow), it is told of a gap.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import dropwhile
from typing import Any, Final

import msgspec

from core.bookings.states import BookingStatus
from core.clock import now
from core.events.job_events import JobEvents

RECENT: Final = 10_000
"""Events that a listener who comes back may have missed."""
WAITING: Final = 256
"""Frames that may wait for a slow listener."""
PING_SECONDS: Final = 15.0
LASTS_SECONDS: Final = 900.0
"""Then a stream ends, and its listener comes back with a fresh access token."""
PING: Final = b": ping\n\n"


class Subject(StrEnum):
    """The kind of a topic: the part before its colon."""

    JOB = "job"
    BOOKING = "booking"
    IMPORT = "import"
    FLIGHT = "flight"


class Event(msgspec.Struct, frozen=True):
    """`subject`: the topic, such as `booking:0199...`; `data` is small, and depends on `type`."""

    type: str
    id: str
    at: datetime
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True)
class _Told:
    """An event with the topics under which it is heard; encoded once, when the first listener needs it."""

    number: int
    topics: tuple[str, ...]
    event: Event

    @cached_property
    def frame(self) -> bytes:
        body = msgspec.json.encode(self.event)
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (self.event.id.encode(), self.event.type.encode(), body)


class _Listener:
    """One open stream. None in its queue ends it."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)

    def put(self, frame: bytes | None, gap: bytes) -> None:
        """A listener that is too slow loses what waits for it, and is told so."""
        if self.frames.full():
            while not self.frames.empty():
                self.frames.get_nowait()
            self.frames.put_nowait(gap)
        self.frames.put_nowait(frame)


class EventStreams:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(4)
        """In every id: the numbers of another process mean nothing here."""
        self._number = 0
        self._recent: deque[_Told] = deque(maxlen=RECENT)
        self._by_topic: dict[str, set[_Listener]] = defaultdict(set)
        self._listeners: set[_Listener] = set()
        self._is_closed = False

    def publish(self, news: JobEvents) -> None:
        """Tell the listeners what one commit did."""
        at = now()
        for booking_id, status in news.bookings.items():
            kind = "accepted" if status == BookingStatus.PENDING else status.lower()
            self._tell((f"booking:{booking_id}", f"job:{booking_id}"), f"booking.{kind}", at, {"status": status})
        for job_id in news.jobs:
            self._tell((f"job:{job_id}", f"booking:{job_id}", f"import:{job_id}"), "job.changed", at, {})
        for flight_id, free in news.seats.items():
            self._tell((f"flight:{flight_id}",), "flight.seats_changed", at, {"available_seats": free})

    def lost_touch(self) -> None:
        """The subscription was interrupted, so events may have been missed."""
        self._recent.clear()
        self._number += 1
        for listener in self._listeners:
            listener.put(self._gap(), self._gap())

    def close(self) -> None:
        """End all streams, and let none begin."""
        self._is_closed = True
        for listener in self._listeners:
            listener.put(None, self._gap())

    async def listen(self, topics: Collection[str], last_event_id: str | None) -> AsyncIterator[bytes]:
        """The frames of one stream, until it has lasted long enough or the process ends."""
        if self._is_closed:
            return
        listener = _Listener()
        self._listeners.add(listener)
        for topic in topics:
            self._by_topic[topic].add(listener)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + LASTS_SECONDS
        try:
            yield b"retry: 1000\n\n"
            for missed in self._missed(frozenset(topics), last_event_id):
                yield missed
            while (left := ends_at - loop.time()) > 0:
                try:
                    frame = await asyncio.wait_for(listener.frames.get(), min(PING_SECONDS, left))
                except TimeoutError:
                    yield PING
                    continue
                if frame is None:
                    return
                yield frame
        finally:
            self._listeners.discard(listener)
            for topic in topics:
                self._by_topic[topic].discard(listener)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    @property
    def count(self) -> int:
        """Open streams."""
        return len(self._listeners)

    def _tell(self, topics: tuple[str, ...], kind: str, at: datetime, data: dict[str, Any]) -> None:
        self._number += 1
        told = _Told(self._number, topics, Event(kind, f"{self._process}-{self._number}", at, topics[0], data))
        self._recent.append(told)
        for listener in {each for topic in topics for each in self._by_topic.get(topic, ())}:
            listener.put(told.frame, self._gap())

    def _missed(self, topics: frozenset[str], last_event_id: str | None) -> Iterator[bytes]:
        if last_event_id is None:
            return
        process, _, number = last_event_id.partition("-")
        seen = int(number) if number.isdecimal() and len(number) < 20 else -1
        oldest = self._recent[0].number if self._recent else self._number + 1
        if process != self._process or not oldest - 1 <= seen <= self._number:
            yield self._gap()
            return
        for told in dropwhile(lambda each: each.number <= seen, list(self._recent)):
            if not topics.isdisjoint(told.topics):
                yield told.frame

    def _gap(self) -> bytes:
        return b"id: %b-%d\nevent: gap\ndata: {}\n\n" % (self._process.encode(), self._number)
