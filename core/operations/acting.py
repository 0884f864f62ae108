"""Which key for programs the present request was made with, so that the audit log can name it beside the account that it acts for."""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

_key: ContextVar[UUID | None] = ContextVar("acting_key", default=None)


def by_key(key_id: UUID) -> None:
    """What this request changes, it changes by this key."""
    _key.set(key_id)


def current_key() -> UUID | None:
    """None for a person who is signed in, and for the product itself."""
    return _key.get()
