"""Accounts of users in tests."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class SignedInUser:
    """A signed-in account. `headers` prove it in any request."""

    id: UUID
    username: str
    headers: dict[str, str]
