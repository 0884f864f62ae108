"""A Redis that somebody else runs: is it there, and new enough?"""

from __future__ import annotations

import re

import redis

from core.startup import CannotStart

OLDEST_REDIS = 7
CONNECT_SECONDS = 5
SPECIAL = "write a special character of the password as %40 (for @), %2F (for /) and so on."


def check_redis_url(redis_url: str) -> None:
    """Raises `CannotStart`, which never quotes the address."""
    try:
        is_one = _is_plain(redis_url.partition("://")[2])
        redis.Redis.from_url(redis_url).close()
    except ValueError:
        is_one = False
    if not is_one:
        raise CannotStart(
            "SKYQUEUE_REDIS_URL is not the address of a Redis server.", f"It looks like redis://:password@host:6379/0; {SPECIAL}"
        )


def require_redis(redis_url: str) -> None:
    """Redis 7 or Valkey 8, which tells clients that it is Redis 7."""
    check_redis_url(redis_url)
    remedy = "Check SKYQUEUE_REDIS_URL, or unset it to run on a Valkey of our own."
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS) as client:
            version = str(client.info("server")["redis_version"])
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(f"Redis at {_shown(redis_url)} does not let us in: {_first_line(error)}.", remedy) from error
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        raise CannotStart(f"Redis at {_shown(redis_url)} is version {version}, older than {OLDEST_REDIS}.", remedy)


def _is_plain(rest: str) -> bool:
    """Whether every `@` ends a user's name and password: another belongs to a password that was written as it is, and a part of it
    would be taken for the host, and shown.
    """
    return rest.count("@") == rest.partition("/")[0].count("@") <= 1


def _shown(url: str) -> str:
    """The address without user and password."""
    return re.split("[/?#]", url.partition("://")[2].rpartition("@")[2])[0] or "the given address"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
