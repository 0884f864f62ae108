"""Messages to every API process about a commit: which bookings changed status, how many seats are free, what else happened. One message
for each batch.

A message may be lost, so its receivers read Postgres a moment later anyway, and clients that follow a stream are told of a gap: by the
next message that is not lost, and by the processes that take the place of one that died before it could tell.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
import redis
import structlog

from core import keys
from core.events.domain_events import Event, EventData, EventType, import_finished, read_data
from core.telemetry.incidents import Incident

_unheard = Incident(structlog.get_logger(__name__), "job events not published", "job events are published again")
_missed = threading.Event()
"""A message of this process was lost, and nobody has been told."""


class EncodedEvent(msgspec.Struct, array_like=True, frozen=True):
    """An event on its way. `data`: JSON."""

    type: str
    data: bytes

    @classmethod
    def of(cls, event: Event) -> EncodedEvent:
        return cls(event.type, msgspec.json.encode(event.data))

    def read(self) -> tuple[EventType, EventData]:
        """
        Raises:
            ValueError: a process of another version wrote it.
        """
        kind = EventType(self.type)
        return kind, read_data(kind, self.data)


class JobEvents(msgspec.Struct, array_like=True, frozen=True):
    """`bookings`: booking id -> its new status. `seats`: flight id -> free seats. `jobs`: other jobs that moved on.

    `keys_changed`: a key for programs was made or revoked. `failures`: booking id -> why it ended. `events`: what else happened, in its
    order. `imports`: files that moved on. `missed`: something may have been committed that was never published.
    """

    bookings: dict[UUID, str] = {}
    seats: dict[UUID, int] = {}
    jobs: list[UUID] = []
    keys_changed: bool = False
    failures: dict[UUID, str] = {}
    events: list[EncodedEvent] = []
    imports: list[UUID] = []
    missed: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JobEvents)


def publish(client: redis.Redis, event: JobEvents) -> bool:
    """Tell all API processes. False, and a line in the log: Redis is away."""
    try:
        client.publish(keys.JOB_EVENTS_CHANNEL, _encoder.encode(event))
        if _missed.is_set():
            _missed.clear()
            client.publish(keys.JOB_EVENTS_CHANNEL, _encoder.encode(JobEvents(missed=True)))
    except redis.RedisError as error:
        _missed.set()
        _unheard.failed(bookings=len(event.bookings), error=str(error))
        return False
    _unheard.succeeded()
    return True


def begin(client: redis.Redis) -> None:
    """A process begins that publishes. It may take the place of one that died between a commit and its message."""
    publish(client, JobEvents(missed=True))


def flights_changed(client: redis.Redis, free: Mapping[UUID, int], events: Collection[Event] = ()) -> None:
    """Publish what an administrator did to flights. `free`: the free seats of those whose capacity changed."""
    if free or events:
        publish(client, JobEvents(seats=dict(free), events=[EncodedEvent.of(event) for event in events]))


def import_ended(client: redis.Redis, import_id: UUID, status: str) -> None:
    publish(client, JobEvents(imports=[import_id], events=[EncodedEvent.of(import_finished(import_id, status))]))


def read(payload: bytes) -> JobEvents:
    """Decode one message of the channel.

    Raises:
        msgspec.DecodeError: it is not ours.
    """
    return _decoder.decode(payload)
