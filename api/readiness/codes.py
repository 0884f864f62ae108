"""The codes of all reasons why this process may not be ready: docs/operations.md says what to do about each."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The codes are part of the API: their meaning never changes, and new ones may be added."""

    POSTGRES_AWAY = "postgres_away"
    POSTGRES_UNUSABLE = "postgres_unusable"
    POSTGRES_DISK_FULL = "postgres_disk_full"
    POSTGRES_SLOW = "postgres_slow"
    SCHEMA_MISSING = "schema_missing"
    SCHEMA_OLD = "schema_old"
    SCHEMA_FOREIGN = "schema_foreign"
    REDIS_AWAY = "redis_away"
    REDIS_EVICTS = "redis_evicts"
    REDIS_FORGETS = "redis_forgets"
    REDIS_HIDDEN = "redis_hidden"
    REDIS_REFUSES = "redis_refuses"
    REDIS_UNUSABLE = "redis_unusable"
    NO_WORKER = "no_worker"
    WORKER_SILENT = "worker_silent"
    BOOKINGS_WAIT = "bookings_wait"
    BACKLOG_NEAR_LIMIT = "backlog_near_limit"
    BACKLOG_FULL = "backlog_full"
    ACCOUNT_OVER_SHARE = "account_over_share"
    PROVIDER_MISSING = "provider_missing"
    PROVIDER_SILENT = "provider_silent"
    STORAGE_REFUSES = "storage_refuses"
