"""Send events about committed changes to clients (server-sent events): one Redis subscription of the process, many open streams.

An event only says that something has changed; the client reads the new state at its address. A client that reconnects sends the
id of the last event that it got, and gets the events after it. If these are not known (another process, a lost subscription, a
client that reads too slowly), it gets the event `gap`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

import msgspec
import structlog

from api.live.streams.topics import (
    LEADS_TO_A_STATUS,
    ImportProgress,
    JobChanged,
    SeatsChanged,
    StreamOnly,
    Told,
    Topic,
    topics_of,
)
from core.clock import now
from core.events.domain_events import EventType, booking_event
from core.events.job_events import JobEvents
from core.telemetry.incidents import Incident
from core.users.tokens import Principal

RECENT: Final = 10_000
"""Events that a listener who comes back may have missed."""
WAITING: Final = 256
"""Frames that may wait for a slow listener."""
PING_SECONDS: Final = 15.0
LASTS_SECONDS: Final = 900.0
"""Then a stream ends, and its listener comes back with a fresh access token."""
PING: Final = b": ping\n\n"

_unread = Incident(structlog.get_logger(__name__), "events of another version are not told to listeners")


class Event(msgspec.Struct, frozen=True):
    """`subject`: the topic, such as `booking:0199...`; `data` is small, and depends on `type`."""

    type: str
    id: str
    at: datetime
    subject: str
    data: Told


@dataclass(frozen=True)
class _Entry:
    """One event as it is kept for a while; encoded once, when the first listener needs it."""

    number: int
    process: str
    type: str
    at: datetime
    topics: tuple[Topic, ...]
    data: Told

    @cached_property
    def frame(self) -> bytes:
        name = f"{self.process}-{self.number}"
        body = msgspec.json.encode(Event(self.type, name, self.at, str(self.topics[0]), self.data))
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (name.encode(), self.type.encode(), body)


class _Listener:
    """One open stream. None in its queue ends it."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
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
        self._recent: deque[_Entry] = deque(maxlen=RECENT)
        self._by_topic: dict[Topic, set[_Listener]] = defaultdict(set)
        self._listeners: set[_Listener] = set()
        self._by_account: Counter[UUID] = Counter()
        self._is_closed = False

    @property
    def listeners(self) -> int:
        """Streams that are open."""
        return len(self._listeners)

    def publish(self, news: JobEvents) -> None:
        """Tell the listeners what one commit did: what led to a status, the status, what followed."""
        at = now()
        others = list(_read(news))
        for kind, data in others:
            if kind in LEADS_TO_A_STATUS:
                self._tell(kind, data, at)
        for booking_id, status in news.bookings.items():
            moved = booking_event(booking_id, status, news.failures.get(booking_id))
            self._tell(moved.type, moved.data, at)
        for import_id in news.imports:
            self._tell(StreamOnly.IMPORT_PROGRESS, ImportProgress(import_id), at)
        for kind, data in others:
            if kind not in LEADS_TO_A_STATUS:
                self._tell(kind, data, at)
        for job_id in news.jobs:
            self._tell(StreamOnly.JOB_CHANGED, JobChanged(job_id), at)
        for flight_id, free in news.seats.items():
            self._tell(StreamOnly.SEATS_CHANGED, SeatsChanged(flight_id, free), at)
        if news.missed:
            self.tell_gap()

    def tell_gap(self) -> None:
        """Events may have been missed: everybody reads again what they follow."""
        self._recent.clear()
        self._number += 1
        for listener in self._listeners:
            listener.put(self._gap(), self._gap())

    def end_where(self, is_over: Callable[[Principal], bool]) -> None:
        """End the streams of those who may not listen any more."""
        over = {principal for principal in {each.principal for each in self._listeners} if is_over(principal)}
        if over:
            self._end(listener for listener in self._listeners if listener.principal in over)

    def close(self) -> None:
        """End all streams, and let none begin."""
        self._is_closed = True
        self._end(self._listeners)

    async def listen(self, topics: Collection[Topic], last_event_id: str | None, principal: Principal) -> AsyncIterator[bytes]:
        """The frames of one stream, until it has lasted long enough, its listener has signed out, or the process ends."""
        if self._is_closed:
            return
        listener = _Listener(principal)
        self._listeners.add(listener)
        self._by_account[principal.user_id] += 1
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
            self._by_account[principal.user_id] -= 1
            if not self._by_account[principal.user_id]:
                del self._by_account[principal.user_id]
            for topic in topics:
                self._by_topic[topic].discard(listener)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    @property
    def count(self) -> int:
        """Open streams."""
        return len(self._listeners)

    def count_of(self, user_id: UUID) -> int:
        """Open streams of one account."""
        return self._by_account[user_id]

    def _end(self, listeners: Collection[_Listener] | Iterator[_Listener]) -> None:
        for listener in list(listeners):
            listener.put(None, self._gap())

    def _tell(self, kind: str, data: Told, at: datetime) -> None:
        self._number += 1
        entry = _Entry(self._number, self._process, kind, at, topics_of(data), data)
        self._recent.append(entry)
        for listener in {each for topic in entry.topics for each in self._by_topic.get(topic, ())}:
            listener.put(entry.frame, self._gap())

    def _missed(self, topics: frozenset[Topic], last_event_id: str | None) -> list[bytes]:
        """What was told since; a gap where that is not known, or more than may wait for a listener."""
        if last_event_id is None:
            return []
        process, _, number = last_event_id.partition("-")
        seen = int(number) if number.isdecimal() and len(number) < 20 else -1
        oldest = self._recent[0].number if self._recent else self._number + 1
        if process != self._process or not oldest - 1 <= seen <= self._number:
            return [self._gap()]
        missed = [entry for entry in self._recent if entry.number > seen and not topics.isdisjoint(entry.topics)]
        return [entry.frame for entry in missed] if len(missed) <= WAITING else [self._gap()]

    def _gap(self) -> bytes:
        return b"id: %b-%d\nevent: gap\ndata: {}\n\n" % (self._process.encode(), self._number)


def _read(news: JobEvents) -> Iterator[tuple[EventType, Told]]:
    for encoded in news.events:
        try:
            yield encoded.read()
        except (ValueError, msgspec.ValidationError):
            _unread.failed(type=encoded.type)
