"""Who of the workers answers, judged by whether their heartbeats change. So no two clocks are compared, and a clock that is set
otherwise alarms nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.heartbeats.beats import SILENT_SECONDS
from core.heartbeats.queries import Heartbeat


@dataclass(slots=True)
class _Known:
    """`changed_at` is on our own clock."""

    seen_at: datetime
    changed_at: float


@dataclass(frozen=True, slots=True)
class Attendance:
    """`is_nobody_there`: none answers, and none has for `SILENT_SECONDS`. A worker that is replaced may be missing for a moment."""

    answering: list[Heartbeat]
    silent: list[Heartbeat]
    is_nobody_there: bool


class AttendanceBook:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[UUID, _Known] = {}
        self._last_sign: float | None = None
        """When any worker answered last; None: nobody did while we looked."""
        self._could_not_look = False

    def could_not_look(self) -> None:
        """Postgres was away: nobody could beat either, so the silence so far says nothing."""
        self._could_not_look = True

    def note(self, heartbeats: Sequence[Heartbeat]) -> Attendance:
        """What the table says now."""
        now = self._clock()
        if self._could_not_look:
            self._excuse(now)
        self._known = {each.id: self._renewed(each, now) for each in heartbeats}
        answering = [each for each in heartbeats if now - self._known[each.id].changed_at <= SILENT_SECONDS]
        if answering:
            self._last_sign = max(self._known[each.id].changed_at for each in answering)
        is_missed = self._last_sign is None or now - self._last_sign > SILENT_SECONDS
        return Attendance(answering, [each for each in heartbeats if each not in answering], not answering and is_missed)

    def _renewed(self, heartbeat: Heartbeat, now: float) -> _Known:
        known = self._known.get(heartbeat.id)
        if known is None:
            return _Known(heartbeat.seen_at, now - max(heartbeat.age, 0.0))
        if known.seen_at != heartbeat.seen_at:
            return _Known(heartbeat.seen_at, now)
        return known

    def _excuse(self, now: float) -> None:
        self._could_not_look = False
        for known in self._known.values():
            known.changed_at = now
        if self._last_sign is not None:
            self._last_sign = now
