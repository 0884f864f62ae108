"""News for every API process: which bookings moved, how many seats are free. One publish for each committed batch.

It is a hint. Whoever misses it reads Postgres a moment later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import redis
import structlog

from core import keys
from core.bookings.transitions import Transitions
from core.telemetry.incidents import Incident

_unheard = Incident(structlog.get_logger(__name__), "news not broadcast", "news is broadcast again")


class JobEvents(msgspec.Struct, array_like=True, frozen=True):
    """`bookings`: booking id -> its new status. `seats`: flight id -> free seats. `jobs`: other jobs that moved on."""

    bookings: dict[UUID, str] = {}
    seats: dict[UUID, int] = {}
    jobs: list[UUID] = []


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JobEvents)


def publish(client: redis.Redis, news: JobEvents) -> bool:
    """Tell all API processes. False, and a line in the log: Redis is away."""
    try:
        client.publish(keys.NEWS_CHANNEL, _encoder.encode(news))
    except redis.RedisError as error:
        _unheard.failed(bookings=len(news.bookings), error=str(error))
        return False
    _unheard.succeeded()
    return True


def announce(client: redis.Redis, transitions: Transitions, changed_bookings: Sequence[UUID] = ()) -> bool:
    """Broadcast what one committed transaction did to bookings and seats. False: Redis is away.

    `changed_bookings`: bookings that changed and stayed in their status.
    """
    if not (transitions.made or transitions.seats or changed_bookings):
        return True
    bookings = {each.booking_id: each.target.value for each in transitions.made}
    others = [booking_id for booking_id in changed_bookings if booking_id not in bookings]
    return publish(client, JobEvents(bookings=bookings, seats=transitions.seats, jobs=others))


def seats_changed(client: redis.Redis, free: Mapping[UUID, int]) -> None:
    """Broadcast free seats of flights whose capacity changed."""
    publish(client, JobEvents(seats=dict(free)))


def read(payload: bytes) -> JobEvents:
    """Decode one message of the channel.

    Raises:
        msgspec.DecodeError: it is not ours.
    """
    return _decoder.decode(payload)
