"""Staying signed in: a chain of refresh tokens for each session, each good for one use.

The token is in the client's cookie only; the database knows its hash. A link that is presented again after its use was copied
by somebody, so the whole session ends. Two cases are no theft. Two tabs that refresh at once: for a few seconds the used link is answered
`RACED`, gives nothing, and the tab finds its sister's fresh cookie when it asks again. And an answer that was lost on its way: as long as
the link that came after it was not used, the link before it is good for another one, which takes its place. If both were in somebody's
hands all the same, the replaced one is presented one day, and the session ends.

What ends a session says which ones it ended, so that their access tokens can be refused as well (`api/live/ended_sessions.py`).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select, update

from core.clock import new_id
from core.users.models import RefreshToken, UserSession

RACE_SECONDS = 10
DEVICE_CHARACTERS = 200
"""Of what a browser calls itself."""


class Refused(Enum):
    """Why a refresh token gave nothing."""

    UNKNOWN = auto()
    RACED = auto()
    REUSED = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh refresh token, whose it is, and of which session."""

    user_id: UUID
    session_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Where an account is signed in. It ends at `expires_at` unless it is used before."""

    id: UUID
    device: str | None
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime


def start(session: Session, user_id: UUID, *, at: datetime, days: int, device: str | None = None) -> Link:
    """A new session, at a sign-in with a password. Sessions of this user that ran out are forgotten.

    `device`: what the client calls itself, for people to recognise.
    """
    session.execute(delete(RefreshToken).where(col(RefreshToken.user_id) == user_id, col(RefreshToken.expires_at) < at))
    session.execute(delete(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.expires_at) < at))
    return _append(session, user_id, new_id(), at=at, days=days, device=device and device[:DEVICE_CHARACTERS])


def rotate(session: Session, token: str, *, at: datetime, days: int) -> Link | Refused:
    """Use `token` up for the next link of its chain, good for `days` from `at`.

    A refusal is a value, not an exception: the revocation that comes with `REUSED` must be committed.
    """
    link = session.exec(select(RefreshToken).where(RefreshToken.token_hash == _hash(token)).with_for_update()).one_or_none()
    if link is None or link.expires_at <= at:
        return Refused.UNKNOWN
    of_session = (col(UserSession.id) == link.family, col(RefreshToken.family) == link.family)
    if link.revoked_at is not None:
        # Either the session has ended, and this changes nothing, or another link took the place of this one.
        _end(session, *of_session, at=at)
        return Refused.UNKNOWN
    if link.used_at is not None:
        if at - link.used_at <= timedelta(seconds=RACE_SECONDS):
            return Refused.RACED
        if not _replace_unused(session, link, at=at):
            _end(session, *of_session, at=at)
            return Refused.REUSED
    link.used_at = at
    session.add(link)
    return _append(session, link.user_id, link.family, at=at, days=days)


def _replace_unused(session: Session, link: RefreshToken, *, at: datetime) -> bool:
    """Take the place of the link that came after this one, if that was never used. False: it was, or somebody went on from there."""
    of_session = col(RefreshToken.family) == link.family
    later = select(RefreshToken.id).where(of_session, col(RefreshToken.used_at) > link.used_at)
    if session.exec(later).first() is not None:
        return False
    unused = [of_session, col(RefreshToken.used_at).is_(None), col(RefreshToken.revoked_at).is_(None)]
    replaced = session.execute(update(RefreshToken).where(*unused).values(revoked_at=at).returning(col(RefreshToken.id)))
    return replaced.first() is not None


def list_open(session: Session, user_id: UUID, *, at: datetime) -> list[OpenSession]:
    """Where an account is signed in, the one used last first."""
    is_open = (col(UserSession.user_id) == user_id, col(UserSession.ended_at).is_(None), col(UserSession.expires_at) > at)
    found = session.exec(select(UserSession).where(*is_open).order_by(col(UserSession.last_used_at).desc()))
    return [OpenSession(each.id, each.device, each.started_at, each.last_used_at, each.expires_at) for each in found]


def end(session: Session, token: str, *, at: datetime) -> list[UUID]:
    """Sign out: no link of this token's session works any more. An unknown token changes nothing."""
    family = session.exec(select(RefreshToken.family).where(RefreshToken.token_hash == _hash(token))).one_or_none()
    if family is None:
        return []
    return _end(session, col(UserSession.id) == family, col(RefreshToken.family) == family, at=at)


def end_one(session: Session, user_id: UUID, session_id: UUID, *, at: datetime) -> list[UUID]:
    """End one session of an account; empty when the account has no such open session."""
    of_account = (col(UserSession.user_id) == user_id) & (col(UserSession.id) == session_id)
    return _end(session, of_account, col(RefreshToken.family) == session_id, at=at, tokens_of=user_id)


def end_all(session: Session, user_id: UUID, *, at: datetime, but: UUID | None = None) -> list[UUID]:
    """End every session of one account, `but` one."""
    sessions, links = col(UserSession.user_id) == user_id, col(RefreshToken.user_id) == user_id
    if but is not None:
        sessions, links = sessions & (col(UserSession.id) != but), links & (col(RefreshToken.family) != but)
    return _end(session, sessions, links, at=at)


def _append(session: Session, user_id: UUID, family: UUID, *, at: datetime, days: int, device: str | None = None) -> Link:
    token, expires_at = secrets.token_urlsafe(32), at + timedelta(days=days)
    session.add(RefreshToken(family=family, user_id=user_id, token_hash=_hash(token), expires_at=expires_at))
    row: dict[str, Any] = {"id": family, "user_id": user_id, "started_at": at, "device": device}
    used = {"last_used_at": at, "expires_at": expires_at}
    # A process of the former release begins sessions without this row.
    session.execute(insert(UserSession).values(**row, **used).on_conflict_do_update(index_elements=["id"], set_=used))
    return Link(user_id, family, token)


def _end(
    session: Session,
    sessions: ColumnElement[bool],
    links: ColumnElement[bool],
    *,
    at: datetime,
    tokens_of: UUID | None = None,
) -> list[UUID]:
    open_links = [links, col(RefreshToken.revoked_at).is_(None)]
    if tokens_of is not None:
        open_links.append(col(RefreshToken.user_id) == tokens_of)
    session.execute(update(RefreshToken).where(*open_links).values(revoked_at=at))
    ended = (
        update(UserSession)
        .where(sessions, col(UserSession.ended_at).is_(None))
        .values(ended_at=func.now())  # by the clock of whoever looks for it
        .returning(col(UserSession.id))
    )
    return list(session.execute(ended).scalars())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
