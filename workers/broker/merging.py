"""Merge messages, so that they are processed together."""

from __future__ import annotations

from typing import Any, Final

import dramatiq

from core.messaging.messages import MAX_IDS, ReserveBookings
from core.telemetry import correlation
from core.telemetry.tracing import spans

MAX_RESERVED: Final = 1_024
"""Bookings that are reserved together. It is reached only while so many wait, because a batch has what arrived during the last one. A batch has
the same number of round trips and commits whatever its size.
"""


def is_alone(message: dramatiq.Message[Any]) -> bool:
    """Whether a process must not process it together with another message of its queue."""
    return bool(message.options.get("alone"))


def may_join(first: dramatiq.Message[Any], second: dramatiq.Message[Any]) -> bool:
    """Whether two messages request the same kind of work and fit into one batch. Messages with the option `alone` are never merged."""
    if first.actor_name != second.actor_name or is_alone(first) or is_alone(second):
        return False
    limit = MAX_RESERVED if first.actor_name == ReserveBookings.actor else MAX_IDS
    return len(first.args[0]) + len(second.args[0]) <= limit


def joined(first: dramatiq.Message[Any], second: dramatiq.Message[Any]) -> dramatiq.Message[Any]:
    """The first message, with the ids, the correlation ids and the traces of both."""
    options: dict[str, Any] = {"correlation_ids": list(correlation.merged([*_correlation_ids(first), *_correlation_ids(second)]))}
    traces = spans.read_parents(first.options.get("traces")) | spans.read_parents(second.options.get("traces"))
    if traces:
        options["traces"] = traces
    return first.copy(args=(first.args[0] + second.args[0],), options=options)


def _correlation_ids(message: dramatiq.Message[Any]) -> list[str]:
    """The correlation ids of a message."""
    ids = message.options.get("correlation_ids", [])
    return ids if isinstance(ids, list) else []
