"""Accounts as administrators see them, and changes of their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch, fetch_one
from core.errors import Conflict, NotFound
from core.users.models import Role


class UserNotFound(NotFound):
    code = "user_not_found"


class OwnRole(Conflict):
    """Administrators cannot change their own role. Another administrator can, so there is always one left."""

    code = "own_role"


class LastAdmin(Conflict):
    """The last administrator cannot lose the role, because nobody could give it to anybody again."""

    code = "last_admin"


class UserView(msgspec.Struct, frozen=True):
    """An account. `sessions`: where it is signed in now; `last_used_at`: when one of its sessions was last used."""

    id: UUID
    username: str
    role: Role
    email: str | None
    created_at: datetime
    closed_at: datetime | None
    sessions: int
    last_used_at: datetime | None


_SELECT: Final = """
    SELECT u.id, u.username, u.role, u.email, u.created_at, u.closed_at, open.sessions, open.last_used_at
    FROM users u CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE s.ended_at IS NULL AND s.expires_at > now())::int AS sessions, max(s.last_used_at) AS last_used_at
        FROM sessions s WHERE s.user_id = u.id
    ) AS open
"""


def list_users(
    connection: RawConnection, *, text: str | None, role: Role | None, before: UUID | None, limit: int
) -> tuple[list[UserView], UUID | None]:
    """A page of accounts, newest first, and the cursor of the next page (None: this is the last). `text`: a part of the username or of the
    e-mail address, in lower or upper case.
    """
    rows = fetch(
        connection,
        UserView,
        f"""
        {_SELECT}
        WHERE (%(text)s::text IS NULL OR strpos(u.username, lower(%(text)s)) > 0 OR strpos(u.email, lower(%(text)s)) > 0)
          AND (%(role)s::text IS NULL OR u.role = %(role)s) AND (%(before)s::uuid IS NULL OR u.id < %(before)s)
        ORDER BY u.id DESC LIMIT %(limit)s
        """,
        {"text": text, "role": role, "before": before, "limit": limit + 1},
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def get_user(connection: RawConnection, user_id: UUID) -> UserView:
    """One account, also a closed one.

    Raises:
        UserNotFound
    """
    found = fetch_one(connection, UserView, f"{_SELECT} WHERE u.id = %s", (user_id,))
    if found is None:
        raise UserNotFound("There is no such account.")
    return found


def change_role(connection: RawConnection, user_id: UUID, role: Role, *, by: UUID) -> tuple[Role, list[UUID]]:
    """Give an account another role. All its sessions end, because their access tokens carry the old role.

    `by`: the administrator who does it. Returns the role before, and the ids of the sessions that ended: none where the role is the same.

    Raises:
        UserNotFound, OwnRole, LastAdmin
    """
    # All administrators are locked, in the order of their ids, before anything is decided. So if two administrators take the role from
    # each other at the same time, the second one waits, and then reads the new role.
    admins = connection.execute(
        "SELECT id FROM users WHERE role = %s AND closed_at IS NULL ORDER BY id FOR UPDATE", (Role.ADMIN,)
    ).fetchall()
    row = connection.execute("SELECT role FROM users WHERE id = %s AND closed_at IS NULL FOR UPDATE", (user_id,)).fetchone()
    if row is None:
        raise UserNotFound("There is no such account.")
    before = Role(row[0])
    if user_id == by:
        raise OwnRole("Nobody changes their own role: ask another administrator.")
    if before == role:
        return before, []
    if before is Role.ADMIN and all(admin == user_id for (admin,) in admins):
        raise LastAdmin("This is the last administrator. Make another account an administrator first.")
    connection.execute("UPDATE users SET role = %s WHERE id = %s", (role, user_id))
    connection.execute("UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = %s AND revoked_at IS NULL", (user_id,))
    ended = connection.execute(
        "UPDATE sessions SET ended_at = now() WHERE user_id = %s AND ended_at IS NULL RETURNING id", (user_id,)
    ).fetchall()
    return before, [session_id for (session_id,) in ended]
