"""Checks how many accepted bookings wait for a worker, and for how long."""

from __future__ import annotations

from typing import Final

from api.live.backlog import Backlog
from api.readiness.check import Check, Finding
from api.readiness.codes import Code

NEAR: Final = 0.8
"""The share of the limit at which the first warning comes, so that an operator has time to act."""


class BacklogCheck(Check):
    """Makes no query of its own: `api/live/backlog.py` reads the backlog once a second. `wait_limit`: seconds that a booking may wait
    for its seats.
    """

    name = "backlog"

    def __init__(self, backlog: Backlog, *, wait_limit: int) -> None:
        self._backlog = backlog
        self._wait_limit = wait_limit

    async def run(self) -> list[Finding]:
        findings = []
        if self._backlog.oldest_seconds > self._wait_limit:
            waited = f"A booking has waited for more than {self._wait_limit} s (SKYQUEUE_WAIT_LIMIT_SECONDS) for a worker."
            findings.append(Finding(Code.BOOKINGS_WAIT, waited))
        limit, waiting = self._backlog.limit, self._backlog.waiting
        if waiting >= limit:
            refused = f"{limit} bookings wait (SKYQUEUE_BACKLOG_LIMIT), so further ones are refused."
            findings.append(Finding(Code.BACKLOG_FULL, refused))
        elif waiting >= limit * NEAR:
            near = (
                f"More than {NEAR:.0%} of {limit} bookings wait (SKYQUEUE_BACKLOG_LIMIT); beyond that, further ones are refused."
            )
            findings.append(Finding(Code.BACKLOG_NEAR_LIMIT, near))
        if self._backlog.is_any_account_at_its_share:
            shared = "An account has so many bookings waiting that further ones of it are refused (429); others are accepted."
            findings.append(Finding(Code.ACCOUNT_OVER_SHARE, shared))
        return findings
