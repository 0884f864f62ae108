"""Which workers answer, judged by whether their heartbeats change. No two clocks are compared, so a wrong clock raises no alarm."""

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
    """`changed_at`: by the clock of this process."""

    seen_at: datetime
    changed_at: float


@dataclass(frozen=True, slots=True)
class Presence:
    """`nobody_answers`: no worker has answered for `SILENT_SECONDS`. While a worker is replaced, none may be there for a moment.
    `quiet_seconds`: how long no worker has answered; None: none did since this process started.
    """

    answering: list[Heartbeat]
    silent: list[Heartbeat]
    nobody_answers: bool
    quiet_seconds: float | None


class PresenceTracker:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[UUID, _Known] = {}
        self._last_sign: float | None = None
        """When any worker answered last; None: none did since this process started."""
        self._could_not_read = False

    def could_not_read(self) -> None:
        """Postgres was away. Workers could not write their heartbeats either, so their silence so far does not count."""
        self._could_not_read = True

    def update(self, heartbeats: Sequence[Heartbeat]) -> Presence:
        """Update the state from the present rows of the table of heartbeats."""
        now = self._clock()
        if self._could_not_read:
            self._restart_waiting(now)
        self._known = {each.id: self._renewed(each, now) for each in heartbeats}
        answering = [each for each in heartbeats if now - self._known[each.id].changed_at <= SILENT_SECONDS]
        if answering:
            self._last_sign = max(self._known[each.id].changed_at for each in answering)
        is_missed = self._last_sign is None or now - self._last_sign > SILENT_SECONDS
        silent = [each for each in heartbeats if each not in answering]
        quiet = None if self._last_sign is None else now - self._last_sign
        return Presence(answering, silent, not answering and is_missed, quiet)

    def _renewed(self, heartbeat: Heartbeat, now: float) -> _Known:
        known = self._known.get(heartbeat.id)
        if known is None:
            return _Known(heartbeat.seen_at, now - max(heartbeat.age, 0.0))
        if known.seen_at != heartbeat.seen_at:
            return _Known(heartbeat.seen_at, now)
        return known

    def _restart_waiting(self, now: float) -> None:
        self._could_not_read = False
        for known in self._known.values():
            known.changed_at = now
        if self._last_sign is not None:
            self._last_sign = now
