"""The codes of all reasons why this process may not be ready: docs/operations.md says what to do about each."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Part of the API: a code keeps its meaning. New ones may come."""

    POSTGRES_AWAY = "postgres_away"
    POSTGRES_UNUSABLE = "postgres_unusable"
    SCHEMA_MISSING = "schema_missing"
    SCHEMA_OLD = "schema_old"
    SCHEMA_FOREIGN = "schema_foreign"
    REDIS_AWAY = "redis_away"
    REDIS_EVICTS = "redis_evicts"
    REDIS_FORGETS = "redis_forgets"
    REDIS_HIDDEN = "redis_hidden"
    REDIS_REFUSES = "redis_refuses"
    REDIS_UNUSABLE = "redis_unusable"
