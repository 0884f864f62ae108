"""Staying signed in: a chain of refresh tokens, each good for one use.

The token is in the client's cookie only; the database knows its hash. A link that is presented again after its use was copied
by somebody, so the whole family of that sign-in ends. Two tabs that refresh at once are not thieves: for a few seconds the
used link is answered `RACED`, gives nothing, and the tab finds its sister's fresh cookie when it asks again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from core.clock import new_id
from core.users.models import RefreshToken

RACE_SECONDS = 10


class Refused(Enum):
    """Why a refresh token gave nothing."""

    UNKNOWN = auto()
    RACED = auto()
    REUSED = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh refresh token, and whose it is."""

    user_id: UUID
    token: str


def start(session: Session, user_id: UUID, *, at: datetime, days: int) -> Link:
    """A new family, at a sign-in with a password. Links of this user that ran out are forgotten."""
    session.execute(delete(RefreshToken).where(col(RefreshToken.user_id) == user_id, col(RefreshToken.expires_at) < at))
    return _append(session, user_id, family=new_id(), expires_at=at + timedelta(days=days))


def rotate(session: Session, token: str, *, at: datetime, days: int) -> Link | Refused:
    """Use `token` up for the next link of its chain, good for `days` from `at`.

    A refusal is a value, not an exception: the revocation that comes with `REUSED` must be committed.
    """
    link = session.exec(select(RefreshToken).where(RefreshToken.token_hash == _hash(token)).with_for_update()).one_or_none()
    if link is None or link.revoked_at is not None or link.expires_at <= at:
        return Refused.UNKNOWN
    if link.used_at is not None:
        if at - link.used_at <= timedelta(seconds=RACE_SECONDS):
            return Refused.RACED
        _revoke_family(session, link.family, at=at)
        return Refused.REUSED
    link.used_at = at
    session.add(link)
    return _append(session, link.user_id, family=link.family, expires_at=at + timedelta(days=days))


def end(session: Session, token: str, *, at: datetime) -> None:
    """Sign out: no link of this token's family works any more. An unknown token changes nothing."""
    family = session.exec(select(RefreshToken.family).where(RefreshToken.token_hash == _hash(token))).one_or_none()
    if family is not None:
        _revoke_family(session, family, at=at)


def revoke_all(session: Session, user_id: UUID) -> None:
    """End every sign-in of one account."""
    session.execute(delete(RefreshToken).where(col(RefreshToken.user_id) == user_id))


def _append(session: Session, user_id: UUID, *, family: UUID, expires_at: datetime) -> Link:
    token = secrets.token_urlsafe(32)
    session.add(RefreshToken(family=family, user_id=user_id, token_hash=_hash(token), expires_at=expires_at))
    return Link(user_id, token)


def _revoke_family(session: Session, family: UUID, *, at: datetime) -> None:
    session.execute(
        update(RefreshToken)
        .where(col(RefreshToken.family) == family, col(RefreshToken.revoked_at).is_(None))
        .values(revoked_at=at)
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
