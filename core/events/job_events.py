"""Messages to every API process about a commit: which bookings changed status, how many seats are free. One message for each batch.

A message may be lost: its receivers read Postgres a moment later anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec
import redis
import structlog

from core import keys
from core.telemetry.incidents import Incident

_unheard = Incident(structlog.get_logger(__name__), "job events not published", "job events are published again")


class JobEvents(msgspec.Struct, array_like=True, frozen=True):
    """`bookings`: booking id -> its new status. `seats`: flight id -> free seats. `jobs`: other jobs that moved on.

    `keys_changed`: a key for programs was made or revoked.
    """

    bookings: dict[UUID, str] = {}
    seats: dict[UUID, int] = {}
    jobs: list[UUID] = []
    keys_changed: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JobEvents)


def publish(client: redis.Redis, event: JobEvents) -> bool:
    """Tell all API processes. False, and a line in the log: Redis is away."""
    try:
        client.publish(keys.JOB_EVENTS_CHANNEL, _encoder.encode(event))
    except redis.RedisError as error:
        _unheard.failed(bookings=len(event.bookings), error=str(error))
        return False
    _unheard.succeeded()
    return True


def seats_changed(client: redis.Redis, free: Mapping[UUID, int]) -> None:
    """Publish the free seats of flights whose capacity changed."""
    publish(client, JobEvents(seats=dict(free)))


def read(payload: bytes) -> JobEvents:
    """Decode one message of the channel.

    Raises:
        msgspec.DecodeError: it is not ours.
    """
    return _decoder.decode(payload)
