"""The checks of readiness, in one list."""

from __future__ import annotations

from redis import Redis

from api.http.database import WatchedDatabase
from api.live.backlog import Backlog
from api.readiness.backlog import BacklogCheck
from api.readiness.check import Check
from api.readiness.connection import CheckConnection
from api.readiness.locks import PostgresLocksCheck
from api.readiness.postgres import PostgresCheck, PostgresDiskCheck
from api.readiness.provider import ProviderCheck
from api.readiness.redis import RedisCheck
from api.readiness.storage import StorageCheck
from api.readiness.workers import WorkersCheck
from core.imports.storage.files import Storage
from core.payments.provider import ProviderProbe
from core.redis.address import Address
from core.settings import Payments, Settings

PROVIDER_SECONDS = 2.0
"""How long the payment provider may take to answer a check. A charge may take longer."""


def all_checks(
    settings: Settings, db: WatchedDatabase, redis: Redis, address: Address, backlog: Backlog, storage: Storage
) -> list[Check]:
    connection = CheckConnection(db)
    workers = WorkersCheck(connection)
    return [
        PostgresCheck(db, connection),
        PostgresLocksCheck(connection),
        PostgresDiskCheck(connection),
        RedisCheck(redis, address),
        workers,
        BacklogCheck(backlog, wait_limit=settings.booking.wait_limit_seconds),
        ProviderCheck(_provider(settings.payments), workers),
        StorageCheck(storage),
    ]


def _provider(payments: Payments) -> ProviderProbe | None:
    if payments.payments_url is None:
        return None
    from core.payments.http_provider import HttpProvider  # brings an HTTP client, not needed without a provider

    return HttpProvider(payments.payments_url, seconds=PROVIDER_SECONDS)
