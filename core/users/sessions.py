"""Sessions and their refresh tokens: refresh-token rotation with reuse detection (RFC 9700, section 4.14.2).

A refresh token can be used once. Each use gives a new token; all tokens of a session are its token family. The token is in a cookie of the
client; the database has its SHA-256. If a used token is used again, somebody may have copied it, so the session ends with its whole family.

In two cases a used token comes again although nobody has copied it:

- Two tabs of a browser refresh at the same time. For `REUSE_INTERVAL_SECONDS` after its use, a used token gives nothing and ends nothing
  (`JUST_USED`). The second tab sends its request again, with the new cookie that the first tab has got.
- The response with the new token was lost. As long as the new token was not used, the used token gives another one, and the lost token is
  revoked. If in truth a thief has used a copy of the used token, the owner will use the revoked one, and then the session ends.

All functions that end sessions return their ids, so that their access tokens can be refused as well (`api/live/ended_sessions.py`).
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

REUSE_INTERVAL_SECONDS = 10
MAX_DEVICE_CHARACTERS = 200
"""How many characters of `User-Agent` are stored."""


class RefreshRefusal(Enum):
    """Why a refresh token gave no new one."""

    UNKNOWN = auto()
    """It was never issued, has expired or was revoked."""
    JUST_USED = auto()
    """Another request used it within the last `REUSE_INTERVAL_SECONDS`."""
    REUSED = auto()
    """It was used before, so the session has ended now."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new refresh token, its user and its session."""

    user_id: UUID
    session_id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended. It ends at `expires_at`, unless it is refreshed before."""

    id: UUID
    device: str | None
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime


def start(session: Session, user_id: UUID, *, at: datetime, days: int, device: str | None = None) -> IssuedToken:
    """Begin a session after a sign-in with a password, and delete the expired sessions of this user.

    `days`: how long the session lasts without a refresh. `device`: the `User-Agent` of the client, which the list of sessions shows.
    """
    session.execute(delete(RefreshToken).where(col(RefreshToken.user_id) == user_id, col(RefreshToken.expires_at) < at))
    session.execute(delete(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.expires_at) < at))
    return _issue(session, user_id, new_id(), at=at, days=days, device=device and device[:MAX_DEVICE_CHARACTERS])


def rotate(session: Session, token: str, *, at: datetime, days: int) -> IssuedToken | RefreshRefusal:
    """Use `token` up, and issue the next one of its session, valid for `days` from `at`.

    A refusal is a value and no exception, because the revocation that comes with `REUSED` must be committed.
    """
    used = session.exec(select(RefreshToken).where(RefreshToken.token_hash == _hash(token)).with_for_update()).one_or_none()
    if used is None or used.expires_at <= at:
        return RefreshRefusal.UNKNOWN
    of_session = (col(UserSession.id) == used.family, col(RefreshToken.family) == used.family)
    if used.revoked_at is not None:
        # Either the session has ended, and this changes nothing; or the token was taken for lost and replaced, so somebody has a copy.
        _end(session, *of_session, at=at)
        return RefreshRefusal.UNKNOWN
    if used.used_at is not None:
        if at - used.used_at <= timedelta(seconds=REUSE_INTERVAL_SECONDS):
            return RefreshRefusal.JUST_USED
        if not _revoke_lost_successor(session, used, at=at):
            _end(session, *of_session, at=at)
            return RefreshRefusal.REUSED
    used.used_at = at
    session.add(used)
    return _issue(session, used.user_id, used.family, at=at, days=days)


def _revoke_lost_successor(session: Session, used: RefreshToken, *, at: datetime) -> bool:
    """Revoke the token that was issued when `used` was used, if it was never used itself: the response with it was lost, probably. False:
    a later token of the session was used.
    """
    of_session = col(RefreshToken.family) == used.family
    later = select(RefreshToken.id).where(of_session, col(RefreshToken.used_at) > used.used_at)
    if session.exec(later).first() is not None:
        return False
    unused = [of_session, col(RefreshToken.used_at).is_(None), col(RefreshToken.revoked_at).is_(None)]
    revoked = session.execute(update(RefreshToken).where(*unused).values(revoked_at=at).returning(col(RefreshToken.id)))
    return revoked.first() is not None


def list_open(session: Session, user_id: UUID, *, at: datetime) -> list[OpenSession]:
    """The open sessions of an account, the one that was used last first."""
    is_open = (col(UserSession.user_id) == user_id, col(UserSession.ended_at).is_(None), col(UserSession.expires_at) > at)
    found = session.exec(select(UserSession).where(*is_open).order_by(col(UserSession.last_used_at).desc()))
    return [OpenSession(each.id, each.device, each.started_at, each.last_used_at, each.expires_at) for each in found]


def end(session: Session, token: str, *, at: datetime) -> list[UUID]:
    """Sign out: end the session of this refresh token. An unknown token changes nothing. Returns the ids of the sessions that ended."""
    family = session.exec(select(RefreshToken.family).where(RefreshToken.token_hash == _hash(token))).one_or_none()
    if family is None:
        return []
    return _end(session, col(UserSession.id) == family, col(RefreshToken.family) == family, at=at)


def end_one(session: Session, user_id: UUID, session_id: UUID, *, at: datetime) -> list[UUID]:
    """End one session of an account. Returns its id; empty when the account has no such open session."""
    of_account = (col(UserSession.user_id) == user_id) & (col(UserSession.id) == session_id)
    return _end(session, of_account, col(RefreshToken.family) == session_id, at=at, tokens_of=user_id)


def end_all(session: Session, user_id: UUID, *, at: datetime, keep: UUID | None = None) -> list[UUID]:
    """End all sessions of an account, except the session `keep`. Returns the ids of the sessions that ended."""
    sessions, tokens = col(UserSession.user_id) == user_id, col(RefreshToken.user_id) == user_id
    if keep is not None:
        sessions, tokens = sessions & (col(UserSession.id) != keep), tokens & (col(RefreshToken.family) != keep)
    return _end(session, sessions, tokens, at=at)


def _issue(session: Session, user_id: UUID, family: UUID, *, at: datetime, days: int, device: str | None = None) -> IssuedToken:
    token, expires_at = secrets.token_urlsafe(32), at + timedelta(days=days)
    session.add(RefreshToken(family=family, user_id=user_id, token_hash=_hash(token), expires_at=expires_at))
    row: dict[str, Any] = {"id": family, "user_id": user_id, "started_at": at, "device": device}
    used = {"last_used_at": at, "expires_at": expires_at}
    # Inserts the row at a sign-in, and at the first refresh of a session that the release before this one began without a row.
    session.execute(insert(UserSession).values(**row, **used).on_conflict_do_update(index_elements=["id"], set_=used))
    return IssuedToken(user_id, family, token)


def _end(
    session: Session,
    sessions: ColumnElement[bool],
    tokens: ColumnElement[bool],
    *,
    at: datetime,
    tokens_of: UUID | None = None,
) -> list[UUID]:
    """End the open sessions, and revoke the refresh tokens, that match these conditions. `tokens_of`: tokens of this user only."""
    valid_tokens = [tokens, col(RefreshToken.revoked_at).is_(None)]
    if tokens_of is not None:
        valid_tokens.append(col(RefreshToken.user_id) == tokens_of)
    session.execute(update(RefreshToken).where(*valid_tokens).values(revoked_at=at))
    ended = (
        update(UserSession)
        .where(sessions, col(UserSession.ended_at).is_(None))
        .values(ended_at=func.now())  # the clock of the database, by which `ended_sessions.read_ended` looks for them
        .returning(col(UserSession.id))
    )
    return list(session.execute(ended).scalars())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
