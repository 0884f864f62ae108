"""Which looks there are."""

from __future__ import annotations

from redis import Redis

from api.http.database import WatchedDatabase
from api.live.backlog import Backlog
from api.readiness.backlog import BacklogLook
from api.readiness.connection import LookConnection
from api.readiness.look import Look
from api.readiness.postgres import PostgresDiskLook, PostgresLook
from api.readiness.provider import ProviderLook
from api.readiness.redis import RedisLook
from api.readiness.storage import StorageLook
from api.readiness.workers import WorkersLook
from core.imports.storage.files import Storage
from core.payments.provider import Reachable
from core.redis.address import Address
from core.settings import Payments, Settings

PROVIDER_SECONDS = 2.0
"""How long the payment provider may take to answer a look. Whoever charges waits longer."""


def every_look(
    settings: Settings, db: WatchedDatabase, redis: Redis, address: Address, backlog: Backlog, storage: Storage
) -> list[Look]:
    connection = LookConnection(db)
    workers = WorkersLook(connection)
    return [
        PostgresLook(db, connection),
        PostgresDiskLook(connection),
        RedisLook(redis, address),
        workers,
        BacklogLook(backlog, wait_limit=settings.booking.wait_limit_seconds),
        ProviderLook(_provider(settings.payments), workers),
        StorageLook(storage),
    ]


def _provider(payments: Payments) -> Reachable | None:
    if payments.payments_url is None:
        return None
    from core.payments.http_provider import HttpProvider  # brings an HTTP client, which an API without a provider does not need

    return HttpProvider(payments.payments_url, seconds=PROVIDER_SECONDS)
