"""The key for programs that the present request was sent with, so that the audit log can name it beside the account that it acts for."""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

_key: ContextVar[UUID | None] = ContextVar("acting_key", default=None)


def set_key(key_id: UUID) -> None:
    """Store the key of this request until the request ends."""
    _key.set(key_id)


def current_key() -> UUID | None:
    """The key of the present request; None: it was sent with an access token, or this is no request."""
    return _key.get()
