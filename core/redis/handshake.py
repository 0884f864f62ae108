"""Explain why connecting to a Redis server failed: a reason not to use it, or only that it cannot be reached now."""

from __future__ import annotations

import ssl

import redis
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, ResponseError

from core.redis import refusals
from core.redis.address import Address
from core.redis.refusals import UnusableRedis, first_line


def refusal_of(error: redis.RedisError, address: Address) -> UnusableRedis | None:
    """The reason not to use this server. None: it cannot be reached, or is not ready yet."""
    where, said = address.place, first_line(error)
    match error:
        case AuthenticationError() if not address.has_password:
            return UnusableRedis(refusals.NO_PASSWORD, where=where)
        case AuthenticationError():
            return UnusableRedis(refusals.WRONG_PASSWORD, where=where, user=address.user)
        case NoPermissionError():
            return UnusableRedis(refusals.NO_RIGHTS, where=where, user=address.user, rules="+select")
        case ResponseError() if said.startswith("DENIED"):
            return UnusableRedis(refusals.PROTECTED, where=where)
        case ResponseError() if "DB index" in said:
            return UnusableRedis(refusals.NO_DATABASE, where=where, database=address.database)
        case ResponseError() if "unknown command" in said.lower():  # HELLO: a server without it is older than version 6
            return UnusableRedis(refusals.TOO_OLD, where=where, version="6 or older")
        case ResponseError():
            return UnusableRedis(refusals.CANNOT_CONNECT, where=where, said=said)
        case _ if reason := _tls_failure(error):
            return UnusableRedis(refusals.NO_TRUST, where=where, said=reason)
        case _:
            return None


def away(error: redis.RedisError, address: Address) -> UnusableRedis:
    """The reason for a process that cannot start without Redis."""
    if isinstance(error, BusyLoadingError):
        return UnusableRedis(refusals.LOADING, where=address.place)
    return UnusableRedis(refusals.AWAY, where=address.place, said=first_line(error))


def _tls_failure(error: BaseException | None) -> str:
    """The message of OpenSSL that caused this error; empty if there is none."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return str(error.reason or error).replace("_", " ").lower()
        error = error.__cause__ or error.__context__
    return ""
