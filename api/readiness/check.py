"""One check of something that this process needs, repeated in the background, and its last result.

A check that gets no response (a frozen server, a network that drops packets) counts as failed after `patience_seconds`. It is left
running and not cancelled, because a cancellation would wait for the same server.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Protocol

import structlog

from api.readiness.codes import Code
from core.clock import now
from core.telemetry.incidents import Incident

log = structlog.get_logger(__name__)

UNEXPECTED: Final = "gives an unexpected answer; the error is in the log"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem that a check found.

    `message` is a sentence for an operator. It stays the same for as long as nothing changes, so it contains no ages or counts.
    `is_fatal`: no booking can be accepted. `since`: when the problem began; None where only the repeated checks show it.
    """

    code: Code
    message: str
    is_fatal: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding, and since when it has been true."""

    code: str
    message: str
    since: datetime
    is_fatal: bool


class Check(Protocol):
    """One kind of check."""

    name: ClassVar[str]
    """The name of the check in the log."""
    every_seconds: float = 0.5
    patience_seconds: float = 1.0
    silence: ClassVar[Finding | None] = None
    """The finding when there is no response within `patience_seconds`."""
    failure: ClassVar[Finding | None] = None
    """The finding when the check raises an unexpected error."""

    async def run(self) -> list[Finding]: ...

    async def close(self) -> None:
        """Close what the check opened, without waiting for the server."""
        return


class Watch:
    """Repeats one check for as long as `run` runs. Used on one event loop only."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.causes: list[Cause] = []
        self._running: asyncio.Future[list[Finding]] | None = None
        self._broken = Incident(log, "a check of readiness fails", "the check of readiness works again", level=logging.ERROR)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self.check.every_seconds)
            try:
                await self.run_now()
            except Exception:
                # If the loop ended, the last result would be reported until the end of the process.
                self._broken.failed(check=self.check.name, exc_info=True)
            else:
                self._broken.succeeded()

    async def run_now(self) -> None:
        """Run the check, or wait for the one that is still running; at most `patience_seconds`."""
        if self._running is None:
            self._running = asyncio.ensure_future(self.check.run())
        running, error = self._running, None
        if (await asyncio.wait({running}, timeout=self.check.patience_seconds))[0]:
            self._running, error = None, running.exception()
            findings = _listed(self.check.failure) if error else running.result()
        else:
            findings = _listed(self.check.silence)
        self._note(findings, error)

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
        await self.check.close()

    def _note(self, findings: list[Finding], error: BaseException | None) -> None:
        earlier = {(cause.code, cause.message): cause.since for cause in self.causes}
        causes = [
            Cause(
                found.code,
                found.message,
                found.since or earlier.get((found.code, found.message)) or now(),
                found.is_fatal,
            )
            for found in findings
        ]
        if {(cause.code, cause.message) for cause in causes} != set(earlier):
            descriptions = [f"{cause.code}: {cause.message}" for cause in causes]
            level = logging.WARNING if causes else logging.INFO
            log.log(level, "readiness_changed", check=self.check.name, causes=descriptions, exc_info=error)
        self.causes = causes


def _listed(finding: Finding | None) -> list[Finding]:
    return [finding] if finding is not None else []
