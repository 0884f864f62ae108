"""What the actors of one worker process share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.db import Database
from core.jobs.dispatch import Dispatcher
from core.seats.inventory import Inventory
from core.settings import Settings

REDIS_SECONDS: Final = 5.0
"""How long a command may take. A frozen Redis then counts as away, and the sweep repeats the work."""


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    db: Database
    redis: redis.Redis
    inventory: Inventory
    dispatcher: Dispatcher

    @classmethod
    def open(cls, settings: Settings) -> Context:
        """Make the clients; nothing is connected yet.

        Raises:
            ValueError: the settings name no servers.
        """
        database_url, redis_url = settings.servers.database_url, settings.servers.redis_url
        if database_url is None or redis_url is None:
            raise ValueError("SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL must name the servers; `skyqueue up` starts its own")
        client = redis.Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)
        )
        return cls(
            settings=settings,
            db=Database(database_url, pool_size=settings.work.worker_threads + 4, application="skyqueue-worker"),
            redis=client,
            inventory=Inventory(client),
            dispatcher=Dispatcher(redis_url),
        )

    def close(self) -> None:
        self.dispatcher.close()
        self.redis.close()
        self.db.dispose()
