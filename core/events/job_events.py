"""Messages to every API process about a commit: which bookings changed status, how many seats are free, which events happened. One message
for each committed batch, by pub/sub of Redis.

Pub/sub can lose a message. So requests that wait for a job read Postgres too, and clients of a stream get a gap
(`JobEvents.missed`): with the next message that this process can publish, and when a process starts, because the process that it replaces
may have crashed between a commit and its message.
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

_outage = Incident(structlog.get_logger(__name__), "job events not published", "job events are published again")
_missed = threading.Event()
"""A message of this process was lost, and no message with `missed` was published since."""


class EncodedEvent(msgspec.Struct, array_like=True, frozen=True):
    """An event inside a message. `data`: JSON."""

    type: str
    data: bytes

    @classmethod
    def of(cls, event: Event) -> EncodedEvent:
        return cls(event.type, msgspec.json.encode(event.data))

    def read(self) -> tuple[EventType, EventData]:
        """Type and data of the event.

        Raises:
            ValueError: a process of another version wrote it.
        """
        kind = EventType(self.type)
        return kind, read_data(kind, self.data)


class JobEvents(msgspec.Struct, array_like=True, frozen=True):
    """`bookings`: booking id -> its new status. `seats`: flight id -> free seats. `jobs`: ids of other jobs that have
    changed: bookings that changed without a new status, and cancellations of flights that have made progress.

    `keys_changed`: a key for programs was made or revoked. `failures`: booking id -> failure code. `events`: further events, in their
    order. `imports`: ids of imports that have made progress. `missed`: a message about a commit may have been lost.
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
    """Send one message to all API processes. False, and a line in the log: Redis is away, and the message is lost."""
    try:
        client.publish(keys.JOB_EVENTS_CHANNEL, _encoder.encode(event))
        if _missed.is_set():
            _missed.clear()
            client.publish(keys.JOB_EVENTS_CHANNEL, _encoder.encode(JobEvents(missed=True)))
    except redis.RedisError as error:
        _missed.set()
        _outage.failed(bookings=len(event.bookings), error=str(error))
        return False
    _outage.succeeded()
    return True


def announce_start(client: redis.Redis) -> None:
    """Call it when a process starts that publishes: the process before it may have crashed between a commit and its message."""
    publish(client, JobEvents(missed=True))


def flights_changed(client: redis.Redis, free: Mapping[UUID, int], events: Collection[Event] = ()) -> None:
    """Publish what an administrator changed about flights. `free`: flight id -> free seats, where the capacity changed."""
    if free or events:
        publish(client, JobEvents(seats=dict(free), events=[EncodedEvent.of(event) for event in events]))


def import_ended(client: redis.Redis, import_id: UUID, status: str) -> None:
    publish(client, JobEvents(imports=[import_id], events=[EncodedEvent.of(import_finished(import_id, status))]))


def read(payload: bytes) -> JobEvents:
    """Decode one message of the channel.

    Raises:
        msgspec.DecodeError: the payload is no message of this version.
    """
    return _decoder.decode(payload)
