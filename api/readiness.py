"""What this process knows about the servers it needs, looked up in the background: the answer is there before the question.

A look that does not end (a frozen server, a black hole in the network) counts as no answer after `PATIENCE_SECONDS`, and is left
hanging rather than cancelled: to cancel means to wait for the same server.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.database import WatchedDatabase
from core.migrations import Standing, foreign, newest_revision, standing

EVERY_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 1.0
HANGING_SECONDS: Final = 2.0
"""A look at Postgres that takes longer closes the database to requests, until it ends. A busy server takes less."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Report:
    """`unready`: why this process cannot work. `degraded`: why it works, but not as it should."""

    unready: list[str] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)


class Readiness:
    """Watches Postgres and Redis while the application runs. Lives on one event loop."""

    def __init__(self, db: WatchedDatabase, redis: Redis) -> None:
        self._db = db
        self._address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._redis = redis
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._postgres = _Look("postgres", self._look_at_postgres)
        self._redis_look = _Look("redis", self._look_at_redis)

    def report(self) -> Report:
        return Report(unready=self._postgres.findings, degraded=self._redis_look.findings)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look now, and then again and again until the block ends."""
        await self._look()
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            self._postgres.give_up()
            self._redis_look.give_up()
            if self._connection is not None:
                self._connection.pgconn.finish()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self._look()
            except Exception:
                log.exception("readiness cannot be looked at")  # whoever stopped looking would say for ever what was true last

    async def _look(self) -> None:
        await asyncio.gather(self._postgres.again(), self._redis_look.again())
        self._db.hangs = self._postgres.pending_seconds >= HANGING_SECONDS

    async def _look_at_postgres(self) -> list[str]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._address,
                    autocommit=True,
                    connect_timeout=2,
                    application_name="skyqueue-readiness",
                    keepalives_idle=5,
                    keepalives_interval=2,
                    keepalives_count=2,
                )
            found = await (await self._connection.execute("SELECT version_num FROM alembic_version")).fetchall()
        except psycopg.errors.UndefinedTable:
            return ["The database has no tables yet; run `skyqueue migrate`."]
        except (psycopg.Error, OSError):
            return ["Postgres does not answer."]
        revision = found[0][0] if found else None
        match standing(revision):
            case Standing.OLDER:
                return [f"The database is at revision {revision}, the code needs {newest_revision()}; run `skyqueue migrate`."]
            case Standing.FOREIGN:
                return [foreign(str(revision))]
            case Standing.CURRENT | Standing.NEWER:  # a newer one is there while processes of the old version still work
                return []

    async def _look_at_redis(self) -> list[str]:
        try:
            memory: dict[str, Any] = await self._redis.info("memory")
            persistence: dict[str, Any] = await self._redis.info("persistence")
        except (RedisError, OSError, TimeoutError):
            return ["Redis does not answer; bookings are accepted and worked when it is back."]
        findings = []
        if memory.get("maxmemory_policy") != "noeviction":
            findings.append("Redis may evict queued work: set maxmemory-policy to noeviction.")
        if not persistence.get("aof_enabled"):
            findings.append("Redis forgets its queues when it restarts: set appendonly to yes.")
        return findings


class _Look:
    """One question that is asked again and again, and the last answer to it."""

    def __init__(self, name: str, ask: Callable[[], Awaitable[list[str]]]) -> None:
        self._name = name
        self._ask = ask
        self._asking: asyncio.Future[list[str]] | None = None
        self._asked_at = 0.0
        self.findings: list[str] = []

    @property
    def pending_seconds(self) -> float:
        """How long the question has been out; 0 when it was answered."""
        return 0.0 if self._asking is None else time.monotonic() - self._asked_at

    async def again(self) -> None:
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
            self._asked_at = time.monotonic()
        asking, error = self._asking, None
        if (await asyncio.wait({asking}, timeout=PATIENCE_SECONDS))[0]:
            self._asking, error = None, asking.exception()
            findings = [f"{self._name.capitalize()} answers in a way that nobody expected."] if error else asking.result()
        else:
            findings = [f"{self._name.capitalize()} does not answer."]
        if findings != self.findings:
            log.warning("readiness_changed", server=self._name, findings=findings, exc_info=error)
        self.findings = findings

    def give_up(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
