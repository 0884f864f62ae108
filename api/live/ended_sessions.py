"""Sessions that have ended. Their access tokens are refused although they have not expired.

A token is checked without a query. So each process reads once a second from Postgres which sessions have ended, and keeps them in memory
for the lifetime of a token. The process that ended a session applies it at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from api.live.background_task import BackgroundTask
from core.db import AWAY, Database
from core.telemetry.incidents import Incident
from core.users.ended_sessions import read_ended
from core.users.tokens import Principal, Unauthenticated

PERIOD_SECONDS: Final = 1.0
OVERLAP: Final = timedelta(seconds=30)
"""How long a transaction may last. A session that it ended may become visible this much later than its time says."""

_log = structlog.get_logger(__name__)


class EndedSessions(BackgroundTask):
    """Used on the event loop only; its query runs in a thread. `token_seconds`: the longest lifetime of an access token."""

    def __init__(self, db: Database, *, token_seconds: int) -> None:
        self._db = db
        self._token_seconds = token_seconds
        self._looked_at: datetime | None = None
        self._forget_at: dict[UUID, float] = {}
        self._outage = Incident(_log, "ended sessions cannot be read", "ended sessions are read again")
        self._broken = Incident(_log, "ended sessions cannot be read", "ended sessions are read again", level=logging.ERROR)

    def note(self, session_ids: Iterable[UUID]) -> None:
        """Add sessions that have just ended."""
        now = time.monotonic()
        self._forget_at = {known: at for known, at in self._forget_at.items() if at > now}
        self._forget_at.update(dict.fromkeys(session_ids, now + self._token_seconds))

    def has_ended(self, principal: Principal) -> bool:
        return principal.session_id in self._forget_at

    def require_open(self, principal: Principal) -> None:
        """Raise `Unauthenticated` if the session of this token has ended."""
        if self.has_ended(principal):
            raise Unauthenticated("This sign-in has ended; sign in again.")

    async def _run(self) -> None:
        while True:
            try:
                self.note(await asyncio.to_thread(self._look))
            except AWAY as error:
                self._outage.failed(error=str(error))
            except Exception:  # the loop goes on: the next round may succeed
                self._broken.failed(exc_info=True)
            else:
                self._outage.succeeded()
                self._broken.succeeded()
            await asyncio.sleep(PERIOD_SECONDS)

    def _look(self) -> list[UUID]:
        since = self._looked_at and self._looked_at - OVERLAP
        with self._db.snapshot() as connection:
            ended = read_ended(connection, since, seconds=self._token_seconds)
        self._looked_at = ended.read_at
        return ended.session_ids
