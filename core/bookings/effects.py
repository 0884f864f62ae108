"""What must follow a commit: tell the listeners, tell Redis, send the next messages. All of it is best effort, and repaired by the sweep."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import redis
import structlog

from core.bookings.moves import Moves
from core.jobs import broadcast
from core.jobs.dispatch import Dispatcher
from core.jobs.messages import Message
from core.seats.inventory import Inventory

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Effects:
    """Collected while a transaction runs, carried out once it is committed."""

    moves: Moves = field(default_factory=Moves)
    released: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """Seats to give back in Redis: flight -> bookings that are over."""
    forgotten: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """The same for bookings that will try again."""
    distrusted: set[UUID] = field(default_factory=set)
    """Flights whose counts in Redis are wrong now: their keys are dropped, and loaded again from Postgres."""
    touched: list[UUID] = field(default_factory=list)
    """Bookings that changed and stayed in their status: who waits for one looks again."""
    messages: list[Message] = field(default_factory=list)
    """Work that this transaction made."""


def carry_out(effects: Effects, client: redis.Redis, dispatcher: Dispatcher) -> None:
    """Do what follows the commit. Never raises for a Redis that is away."""
    # A Redis that does not answer costs its time-out once, not for every command.
    if broadcast.moved(client, effects.moves, effects.touched):
        _correct_inventory(effects, Inventory(client))
    for message in effects.messages:
        dispatcher.send(message)


def _correct_inventory(effects: Effects, inventory: Inventory) -> None:
    try:
        inventory.release(effects.released)
        inventory.forget(effects.forgotten)
        inventory.drop(effects.distrusted)
    except redis.RedisError as error:
        _log.warning("seats not given back in Redis; the audit repairs it", error=str(error))
