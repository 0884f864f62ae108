"""Servers that somebody else runs: are they there, and new enough?"""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import redis

from core.embedded.errors import CannotStart

OLDEST_POSTGRES = 15
OLDEST_REDIS = 7
CONNECT_SECONDS = 5


def require_postgres(database_url: str) -> None:
    remedy = "Check SKYQUEUE_DATABASE_URL, or unset it to run on a Postgres of our own."
    try:
        with psycopg.connect(database_url, connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise CannotStart(f"Postgres at {_shown(database_url)} does not let us in: {_first_line(error)}.", remedy) from error
    if version < OLDEST_POSTGRES:
        raise CannotStart(f"Postgres at {_shown(database_url)} is version {version}, older than {OLDEST_POSTGRES}.", remedy)


def require_redis(redis_url: str) -> None:
    """Redis 7 or Valkey 8, which tells clients that it is Redis 7."""
    remedy = "Check SKYQUEUE_REDIS_URL, or unset it to run on a Valkey of our own."
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS) as client:
            version = str(client.info("server")["redis_version"])
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(f"Redis at {_shown(redis_url)} does not let us in: {_first_line(error)}.", remedy) from error
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        raise CannotStart(f"Redis at {_shown(redis_url)} is version {version}, older than {OLDEST_REDIS}.", remedy)


def _shown(url: str) -> str:
    """The address without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2] or "the given address"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
