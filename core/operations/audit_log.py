"""The audit log: who changed what. An entry is written in the transaction of its change. Administrators and agents can read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from core.clock import new_id
from core.db import RawConnection, fetch
from core.operations import acting


class AuditView(msgspec.Struct, frozen=True):
    """One change. `action` is `noun.verb`; `before` and `after`: the fields of the entity before and after the change; null if it did not
    exist, or no fields are stored.

    `user_id` and `username` are null where the product itself changed it.
    """

    id: UUID
    at: datetime
    user_id: UUID | None
    username: str | None
    key_id: UUID | None
    """The key for programs that the request was sent with; null for a person who was signed in."""
    key_name: str | None
    action: str
    entity: str
    entity_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def record(
    connection: RawConnection,
    user_id: UUID | None,
    action: str,
    entity_id: UUID,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry. `user_id` None: no person made the change, but Skyqueue itself. `action`: `noun.verb`, where the noun is the entity.
    If the request was sent with a key for programs, the entry has the key too.
    """

    def stored(state: Mapping[str, Any] | None) -> Jsonb | None:
        return None if state is None else Jsonb(msgspec.to_builtins(dict(state)))

    connection.execute(
        """
        INSERT INTO audit_log (id, user_id, key_id, action, entity, entity_id, before, after) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (new_id(), user_id, acting.current_key(), action, action.partition(".")[0], entity_id, stored(before), stored(after)),
    )


def list_entries(
    connection: RawConnection,
    *,
    entity: str | None,
    entity_id: UUID | None,
    action: str | None = None,
    username: str | None = None,
    key_id: UUID | None = None,
    before: UUID | None,
    limit: int,
) -> tuple[list[AuditView], UUID | None]:
    """A page of the entries that match, newest first, and the cursor of the next page (None: this is the last). The cursor is the id of the
    last entry of this page, because ids grow with time.
    """
    rows = fetch(
        connection,
        AuditView,
        """
        SELECT a.id, a.created_at AS at, a.user_id, u.username, a.key_id, k.name AS key_name, a.action, a.entity, a.entity_id, a.before, a.after
        FROM audit_log a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN api_keys k ON k.id = a.key_id
        WHERE (%(entity)s::text IS NULL OR a.entity = %(entity)s) AND (%(entity_id)s::uuid IS NULL OR a.entity_id = %(entity_id)s)
          AND (%(action)s::text IS NULL OR a.action = %(action)s)
          AND (%(username)s::text IS NULL OR a.user_id = (SELECT id FROM users WHERE username = lower(%(username)s)))
          AND (%(key_id)s::uuid IS NULL OR a.key_id = %(key_id)s)
          AND (%(before)s::uuid IS NULL OR a.id < %(before)s)
        ORDER BY a.id DESC LIMIT %(limit)s
        """,
        {
            "entity": entity,
            "entity_id": entity_id,
            "action": action,
            "username": username,
            "key_id": key_id,
            "before": before,
            "limit": limit + 1,
        },
    )
    entries = rows[:limit]
    return entries, entries[-1].id if len(rows) > limit else None
