"""The valid API keys. Every process has all of them in memory, so a request costs one hash and no query.

The process that creates or revokes a key applies the change at once, and notifies the other processes through Redis, which then read the
keys again. Each process also reads them once a second: for times when Redis cannot be reached, and for accounts that were closed
or are no administrators any more.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Final
from uuid import UUID

import redis
import structlog

from api.live.background_task import BackgroundTask
from core.db import AWAY, Database
from core.events import job_events
from core.events.job_events import JobEvents
from core.telemetry.incidents import Incident
from core.users import api_keys
from core.users.tokens import Principal

PERIOD_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


class ApiKeys(BackgroundTask):
    """Call `find`, `is_open` and `look_soon` on the event loop only; the queries run in threads."""

    def __init__(self, db: Database, client: redis.Redis) -> None:
        self._db = db
        self._redis = client
        self._open: dict[bytes, Principal] = {}
        self._open_ids: frozenset[UUID | None] = frozenset()
        self._used: set[UUID] = set()
        self._version = object()
        """Another object after each change that this process made. Keys that were read before the change are out of date."""
        self._lock = threading.Lock()
        self._soon = asyncio.Event()
        self._outage = Incident(_log, "keys for programs cannot be read", "keys for programs are read again")
        self._broken = Incident(_log, "keys for programs cannot be read", "keys for programs are read again", level=logging.ERROR)

    def find(self, key: str) -> Principal | None:
        """The account of the key; None: there is no such key, or it was revoked."""
        if not key.startswith(api_keys.PREFIX):
            return None
        found = self._open.get(api_keys.digest(key))
        if found is not None and found.key_id is not None:
            self._used.add(found.key_id)
        return found

    def is_open(self, principal: Principal) -> bool:
        """Whether the key of this principal is still valid."""
        return principal.key_id in self._open_ids

    def look_soon(self) -> None:
        """Call it when another process has created or revoked a key."""
        self._soon.set()

    def changed(self, revoked: UUID | None = None) -> None:
        """Call it when this process has created a key, or revoked this one: in a thread, after the commit."""
        with self._lock:
            self._version = object()
            self._keep({each: principal for each, principal in self._open.items() if principal.key_id != revoked})
        try:
            self._look()
        except AWAY as error:  # the change is committed; the keys are read a moment later
            self._outage.failed(error=str(error))
        job_events.publish(self._redis, JobEvents(keys_changed=True))

    async def _run(self) -> None:
        while True:
            self._soon.clear()
            try:
                await asyncio.to_thread(self._look)
                await asyncio.to_thread(self._note_use)
            except AWAY as error:
                self._outage.failed(error=str(error))
            except Exception:  # the loop goes on: the next round may succeed
                self._broken.failed(exc_info=True)
            else:
                self._outage.succeeded()
                self._broken.succeeded()
            try:
                await asyncio.wait_for(self._soon.wait(), PERIOD_SECONDS)
            except TimeoutError:
                continue

    def _look(self) -> None:
        while True:
            version = self._version
            with self._db.snapshot() as connection:
                found = api_keys.list_valid(connection)
            with self._lock:
                if version is self._version:
                    self._keep(found)
                    return

    def _keep(self, found: dict[bytes, Principal]) -> None:
        self._open = found
        self._open_ids = frozenset(principal.key_id for principal in found.values())

    def _note_use(self) -> None:
        if not self._used:
            return
        used, self._used = self._used, set()
        with self._db.transaction() as connection:
            api_keys.mark_used(connection, list(used))
