"""The settings that an API process cannot start without. This module loads quickly, so that a missing setting is reported at once."""

from __future__ import annotations

from typing import Final

from core.settings import Settings
from core.startup import CannotStart
from core.users.tokens import AccessTokens

STARTS_ITS_OWN: Final = "`skyqueue up` starts its own."


def requirements(settings: Settings) -> tuple[str, str, AccessTokens]:
    """The addresses of Postgres and Redis, and the tokens' secret. `CannotStart` says which one is missing."""
    database_url, redis_url, secret = settings.servers.database_url, settings.servers.redis_url, settings.accounts.jwt_secret
    if database_url is None:
        raise CannotStart("SKYQUEUE_DATABASE_URL must name a Postgres server.", STARTS_ITS_OWN)
    if redis_url is None:
        raise CannotStart("SKYQUEUE_REDIS_URL must name a Redis or Valkey server.", STARTS_ITS_OWN)
    tokens = AccessTokens(secret.get_secret_value() if secret else None, lifetime_minutes=settings.accounts.access_token_minutes)
    return database_url, redis_url, tokens
