"""How long a job waited for a worker, and how long the worker needed for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from core.bookings.reading.views import Stage

_BEGUN: Final = frozenset({"picked_up", "started"})
_ENDED: Final = frozenset({"held", "confirmed", "failed", "completed"})
"""Stages at which the work of the queue ends: a booking has its seats, or has been refused."""


class JobTimes(msgspec.Struct, frozen=True):
    """`wait_ms`: from acceptance until a worker began. `run_ms`: from then until the work ended, which for a booking is when its seats were
    reserved or refused; a payment that follows is not counted. `total_ms`: both. Null until then.
    """

    wait_ms: float | None
    run_ms: float | None
    total_ms: float | None


def read(timeline: Sequence[Stage]) -> JobTimes:
    """The times of a job, from the stages that it has reached."""
    begun, ended = _first(timeline, _BEGUN), _first(timeline, _ENDED)
    run = round(ended - begun, 3) if begun is not None and ended is not None else None
    return JobTimes(begun, run, ended)


def _first(timeline: Sequence[Stage], stages: Collection[str]) -> float | None:
    return next((each.ms for each in timeline if each.stage in stages), None)
