"""Check Redis again and again while the worker runs: it may have been unreachable at the start, or may be replaced by another
server.
"""

from __future__ import annotations

import threading
from typing import Final

import redis
import structlog

from core.redis.address import Address
from core.redis.refusals import UnusableRedis
from core.redis.suitability import examine

PERIOD_SECONDS: Final = 2.0

_log = structlog.get_logger(__name__)


class RedisWatch:
    """A thread that repeats the check, and logs the result when it changes.

    The worker goes on if the check fails: its commands fail as if Redis could not be reached, and the work waits in Postgres.
    """

    def __init__(self, client: redis.Redis, address: Address, stopping: threading.Event) -> None:
        self._client = client
        self._address = address
        self._stopping = stopping
        self._reported: list[str] = []
        self.thread = threading.Thread(target=self._run, name="redis-watch", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except redis.RedisError:
                pass  # it cannot be reached, which is logged by the code that needs it
            except Exception:  # the loop goes on: the next round may succeed
                _log.exception("Redis cannot be checked")
            self._stopping.wait(PERIOD_SECONDS)

    def _look(self) -> None:
        try:
            wrong = [danger.message for danger in examine(self._client, self._address)]
        except UnusableRedis as reason:
            wrong = [str(reason)]
        if wrong != self._reported:
            if wrong:
                _log.error("something is wrong with Redis", reasons=wrong)
            else:
                _log.info("nothing is wrong with Redis any more")
        self._reported = wrong
