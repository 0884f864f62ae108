"""One question about something that this process needs, asked again and again in the background, and the last answer to it.

A question that stays without an answer (a frozen server, a black hole in the network) counts as no answer after a while, and is left
hanging rather than cancelled: to cancel means to wait for the same server.
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

UNEXPECTED: Final = "answers in a way that nobody expected; the log has the error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `message` is a sentence for an operator. It stays the same for as long as nothing changes, so it holds no ages and no counts that
    move. `is_fatal`: nothing can be accepted. `since`: when it began; None where only the looks can tell.
    """

    code: Code
    message: str
    is_fatal: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding with the time since when it holds."""

    code: str
    message: str
    since: datetime
    is_fatal: bool


class Look(Protocol):
    """What is asked, and how."""

    name: ClassVar[str]
    """For the log."""
    every_seconds: float = 0.5
    patience_seconds: float = 1.0
    silence: ClassVar[Finding | None] = None
    """What it means that there is no answer within `patience_seconds`."""
    failure: ClassVar[Finding | None] = None
    """What it means that asking raised an error that nobody expected."""

    async def ask(self) -> list[Finding]: ...

    async def close(self) -> None:
        """Drop what was opened for asking, without waiting for anybody."""
        return


class Watch:
    """Asks one question for as long as `run` runs. Lives on one event loop."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.causes: list[Cause] = []
        self._asking: asyncio.Future[list[Finding]] | None = None
        self._broken = Incident(log, "readiness cannot be looked at", "readiness is looked at again", level=logging.ERROR)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self.look.every_seconds)
            try:
                await self.ask()
            except Exception:
                # A watch that ends would say for ever what was true last.
                self._broken.failed(look=self.look.name, exc_info=True)
            else:
                self._broken.succeeded()

    async def ask(self) -> None:
        """Ask, or go on waiting for the answer to the last question; not longer than its patience."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self.look.ask())
        asking, error = self._asking, None
        if (await asyncio.wait({asking}, timeout=self.look.patience_seconds))[0]:
            self._asking, error = None, asking.exception()
            findings = _listed(self.look.failure) if error else asking.result()
        else:
            findings = _listed(self.look.silence)
        self._note(findings, error)

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self.look.close()

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
            told = [f"{cause.code}: {cause.message}" for cause in causes]
            level = logging.WARNING if causes else logging.INFO
            log.log(level, "readiness_changed", look=self.look.name, causes=told, exc_info=error)
        self.causes = causes


def _listed(finding: Finding | None) -> list[Finding]:
    return [finding] if finding is not None else []
