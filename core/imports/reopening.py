"""Make imports that were given up PENDING again, when their dead letters are replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from psycopg.errors import UniqueViolation

from core.db import RawConnection, savepoint
from core.imports.models import ImportFailureCode, ImportStatus
from core.lease import LEASE_SECONDS

GIVEN_UP: Final = ImportFailureCode.INTERNAL
"""The failure code of an import that was given up after several attempts. Its file may be valid, so it can be tried again."""

_REOPEN: Final = f"""
    UPDATE imports SET status = {ImportStatus.PENDING.sql}, failure_code = NULL, failure_message = NULL, attempts = 0, finished_at = NULL,
                       next_at = now() + %s * interval '1 second'
    WHERE id = %s AND status = {ImportStatus.FAILED.sql} AND failure_code = %s
"""  # noqa: S608  # only constants


def find_given_up(connection: RawConnection, import_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these imports that can be tried again. An import is left out while the same file is being imported
    in the same way."""
    rows = connection.execute(
        f"""
        SELECT id FROM imports i WHERE id = ANY(%s) AND status = {ImportStatus.FAILED.sql} AND failure_code = %s AND NOT EXISTS (
            SELECT FROM imports r WHERE r.status IN ({ImportStatus.PENDING.sql}, {ImportStatus.IN_PROGRESS.sql}) AND r.cancel_requested_at IS NULL
              AND (r.content_hash, r.mode, r.dry_run, r.times, r.match) = (i.content_hash, i.mode, i.dry_run, i.times, i.match)
        ) ORDER BY id
        """,  # noqa: S608  # only constants
        (list(import_ids), GIVEN_UP),
    ).fetchall()
    return [row[0] for row in rows]


def reopen(connection: RawConnection, import_ids: Sequence[UUID]) -> list[UUID]:
    """Continue these imports where they stopped, with the count of attempts set to 0. Returns the ids of those that were reopened."""
    return [import_id for import_id in import_ids if _reopen(connection, import_id)]


def _reopen(connection: RawConnection, import_id: UUID) -> bool:
    try:
        with savepoint(connection):
            return connection.execute(_REOPEN, (LEASE_SECONDS, import_id, GIVEN_UP)).rowcount == 1
    except UniqueViolation:  # the same file was sent again in the meantime
        return False
