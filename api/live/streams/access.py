"""End the streams of clients that have lost their access: they signed out, their session was ended, or their key was revoked.

Access is checked when a stream is opened, and a stream is open for minutes. So every second all open streams are checked again, in memory.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import structlog

from api.live.api_keys import ApiKeys
from api.live.background_task import BackgroundTask
from api.live.ended_sessions import EndedSessions
from api.live.streams.event_streams import EventStreams
from core.telemetry.incidents import Incident
from core.users.tokens import Principal

PERIOD_SECONDS: Final = 1.0


class StreamAccess(BackgroundTask):
    """Used on the event loop only."""

    def __init__(self, streams: EventStreams, ended: EndedSessions, api_keys: ApiKeys) -> None:
        self._streams = streams
        self._ended = ended
        self._api_keys = api_keys
        self._broken = Incident(
            structlog.get_logger(__name__),
            "the access of streams cannot be checked",
            "the access of streams is checked again",
            level=logging.ERROR,
        )

    async def _run(self) -> None:
        while True:
            try:
                self._streams.end_where(self._is_over)
            except Exception:  # the loop goes on: the next round may succeed
                self._broken.failed(exc_info=True)
            else:
                self._broken.succeeded()
            await asyncio.sleep(PERIOD_SECONDS)

    def _is_over(self, principal: Principal) -> bool:
        if principal.key_id is not None:
            return not self._api_keys.is_open(principal)
        return self._ended.has_ended(principal)
