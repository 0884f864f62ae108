"""Send events about committed changes to clients (server-sent events): one Redis subscription of the process, many open streams.

An event only says that something has changed; the client reads the new state at its address. A client that reconnects sends the
id of the last event that it got, and gets the events after it. If these are not in memory (another process, a lost subscription, a client
that reads too slowly), it gets the event `gap`.
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
    BEFORE_STATUS_EVENTS,
    ImportProgress,
    JobChanged,
    SeatsChanged,
    StreamData,
    StreamOnly,
    Topic,
    topics_of,
)
from core.clock import now
from core.events.domain_events import EventType, booking_event
from core.events.job_events import JobEvents
from core.telemetry.incidents import Incident
from core.users.tokens import Principal

KEPT_EVENTS: Final = 10_000
"""The last events, which are kept for clients that reconnect."""
MAX_QUEUED_FRAMES: Final = 256
"""The most frames that are queued for a slow client."""
PING_SECONDS: Final = 15.0
STREAM_SECONDS: Final = 900.0
"""The duration of a stream. After it the client reconnects with a new access token."""
PING: Final = b": ping\n\n"

_unread = Incident(structlog.get_logger(__name__), "events of another version are not sent to streams")


class Event(msgspec.Struct, frozen=True):
    """`subject`: the topic, such as `booking:0199...`; `data` is small, and depends on `type`."""

    type: str
    id: str
    at: datetime
    subject: str
    data: StreamData


@dataclass(frozen=True)
class _Entry:
    """A kept event. It is encoded once, when the first stream needs it."""

    number: int
    process: str
    type: str
    at: datetime
    topics: tuple[Topic, ...]
    data: StreamData

    @cached_property
    def frame(self) -> bytes:
        name = f"{self.process}-{self.number}"
        body = msgspec.json.encode(Event(self.type, name, self.at, str(self.topics[0]), self.data))
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (name.encode(), self.type.encode(), body)


class _Stream:
    """An open stream. None in its queue ends it."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_QUEUED_FRAMES)

    def put(self, frame: bytes | None, gap: bytes) -> None:
        """If the queue of a slow client is full, it is replaced by a gap."""
        if self.frames.full():
            while not self.frames.empty():
                self.frames.get_nowait()
            self.frames.put_nowait(gap)
        self.frames.put_nowait(frame)


class EventStreams:
    """Used on the event loop only."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(4)
        """A part of every id, because the numbers of another process have no meaning here."""
        self._number = 0
        self._recent: deque[_Entry] = deque(maxlen=KEPT_EVENTS)
        self._by_topic: dict[Topic, set[_Stream]] = defaultdict(set)
        self._streams: set[_Stream] = set()
        self._by_account: Counter[UUID] = Counter()
        self._is_closed = False

    def publish(self, job_events: JobEvents) -> None:
        """Send the events of one commit: first those before a new status, then the status, then the others."""
        at = now()
        others = list(_decode(job_events))
        for kind, data in others:
            if kind in BEFORE_STATUS_EVENTS:
                self._send(kind, data, at)
        for booking_id, status in job_events.bookings.items():
            status_event = booking_event(booking_id, status, job_events.failures.get(booking_id))
            self._send(status_event.type, status_event.data, at)
        for import_id in job_events.imports:
            self._send(StreamOnly.IMPORT_PROGRESS, ImportProgress(import_id), at)
        for kind, data in others:
            if kind not in BEFORE_STATUS_EVENTS:
                self._send(kind, data, at)
        for job_id in job_events.jobs:
            self._send(StreamOnly.JOB_CHANGED, JobChanged(job_id), at)
        for flight_id, free in job_events.seats.items():
            self._send(StreamOnly.SEATS_CHANGED, SeatsChanged(flight_id, free), at)
        if job_events.missed:
            self.send_gap()

    def send_gap(self) -> None:
        """Send a gap to all streams: events may have been missed, so clients have to read everything again."""
        self._recent.clear()
        self._number += 1
        for stream in self._streams:
            stream.put(self._gap(), self._gap())

    def end_where(self, is_over: Callable[[Principal], bool]) -> None:
        """End the streams whose access is over."""
        over = {principal for principal in {each.principal for each in self._streams} if is_over(principal)}
        if over:
            self._end(stream for stream in self._streams if stream.principal in over)

    def close(self) -> None:
        """End all streams, and let none begin."""
        self._is_closed = True
        self._end(self._streams)

    async def open(self, topics: Collection[Topic], last_event_id: str | None, principal: Principal) -> AsyncIterator[bytes]:
        """The frames of one stream, until `STREAM_SECONDS` are over, its user has signed out, or the process ends."""
        if self._is_closed:
            return
        stream = _Stream(principal)
        self._streams.add(stream)
        self._by_account[principal.user_id] += 1
        for topic in topics:
            self._by_topic[topic].add(stream)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + STREAM_SECONDS
        try:
            yield b"retry: 1000\n\n"
            for missed in self._missed(frozenset(topics), last_event_id):
                yield missed
            while (left := ends_at - loop.time()) > 0:
                try:
                    frame = await asyncio.wait_for(stream.frames.get(), min(PING_SECONDS, left))
                except TimeoutError:
                    yield PING
                    continue
                if frame is None:
                    return
                yield frame
        finally:
            self._streams.discard(stream)
            self._by_account[principal.user_id] -= 1
            if not self._by_account[principal.user_id]:
                del self._by_account[principal.user_id]
            for topic in topics:
                self._by_topic[topic].discard(stream)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    @property
    def count(self) -> int:
        """Open streams."""
        return len(self._streams)

    def count_of(self, user_id: UUID) -> int:
        """Open streams of one account."""
        return self._by_account[user_id]

    def _end(self, streams: Collection[_Stream] | Iterator[_Stream]) -> None:
        for stream in list(streams):
            stream.put(None, self._gap())

    def _send(self, kind: str, data: StreamData, at: datetime) -> None:
        self._number += 1
        entry = _Entry(self._number, self._process, kind, at, topics_of(data), data)
        self._recent.append(entry)
        for stream in {each for topic in entry.topics for each in self._by_topic.get(topic, ())}:
            stream.put(entry.frame, self._gap())

    def _missed(self, topics: frozenset[Topic], last_event_id: str | None) -> list[bytes]:
        """The frames since the last event of the client; or a gap, if they are not in memory any more, or too many."""
        if last_event_id is None:
            return []
        process, _, number = last_event_id.partition("-")
        seen = int(number) if number.isdecimal() and len(number) < 20 else -1
        oldest = self._recent[0].number if self._recent else self._number + 1
        if process != self._process or not oldest - 1 <= seen <= self._number:
            return [self._gap()]
        missed = [entry for entry in self._recent if entry.number > seen and not topics.isdisjoint(entry.topics)]
        return [entry.frame for entry in missed] if len(missed) <= MAX_QUEUED_FRAMES else [self._gap()]

    def _gap(self) -> bytes:
        return b"id: %b-%d\nevent: gap\ndata: {}\n\n" % (self._process.encode(), self._number)


def _decode(job_events: JobEvents) -> Iterator[tuple[EventType, StreamData]]:
    for encoded in job_events.events:
        try:
            yield encoded.read()
        except (ValueError, msgspec.ValidationError):
            _unread.failed(type=encoded.type)
