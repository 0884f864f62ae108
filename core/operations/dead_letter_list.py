"""Dead letters for administrators: list, filter, and mark them as replayed or discarded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from core.db import RawConnection, fetch
from core.errors import NotFound
from core.operations.models import DeadLetterKind

SHOWN_BYTES: Final = 2_000
"""How many bytes of a payload are shown. The table has all of it."""


class DeadLetterStatus(StrEnum):
    OPEN = "open"
    """It was neither replayed nor discarded."""
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class DeadLetterNotFound(NotFound):
    code = "dead_letter_not_found"


class DeadLetterFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None matches everything. `text`: part of the error. `up_to`: the newest letter that may match, so that a preview and the change after
    it are about the same letters.
    """

    status: DeadLetterStatus = DeadLetterStatus.OPEN
    kind: DeadLetterKind | None = None
    queue: str | None = None
    text: str | None = None
    up_to: UUID | None = None


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter. `subject_id`: the booking, import or refund that was given up; null for a message, whose bytes `payload` shows."""

    id: UUID
    queue: str
    kind: DeadLetterKind
    status: DeadLetterStatus
    subject_id: UUID | None
    error: str
    payload: str | None
    """The beginning of the payload, without bytes that are not text."""
    payload_bytes: int | None
    created_at: datetime
    replayed_at: datetime | None
    discarded_at: datetime | None


class DeadLetter(msgspec.Struct, frozen=True):
    """What is needed to replay a dead letter. `payload`: the bytes of a message that cannot be read; None for other kinds."""

    id: UUID
    queue: str
    kind: DeadLetterKind
    subject_id: UUID | None
    payload: bytes | None


_STATUS: Final = (
    "CASE WHEN replayed_at IS NOT NULL THEN 'replayed' WHEN discarded_at IS NOT NULL THEN 'discarded' ELSE 'open' END"
)
_VIEW: Final = f"""
    SELECT id, queue, kind, {_STATUS} AS status, subject_id, error,
           encode(substring(payload FROM 1 FOR {SHOWN_BYTES}), 'escape') AS payload, octet_length(payload) AS payload_bytes,
           created_at, replayed_at, discarded_at
    FROM dead_letters
"""  # noqa: S608  # only constants of this module
_IN_STATUS: Final = {
    DeadLetterStatus.OPEN: "replayed_at IS NULL AND discarded_at IS NULL",
    DeadLetterStatus.REPLAYED: "replayed_at IS NOT NULL",
    DeadLetterStatus.DISCARDED: "replayed_at IS NULL AND discarded_at IS NOT NULL",
}
_CONDITIONS: Final = {
    "kind": "kind = %(kind)s",
    "queue": "queue = %(queue)s",
    "text": "strpos(lower(error), lower(%(text)s)) > 0",
    "up_to": "id <= %(up_to)s",
    "before": "id < %(before)s",
    "after": "id > %(after)s",
}
"""The condition for each value of a filter that is not None. Conditions for the others are left out: with them, Postgres would not use the
index that has the rows in the right order."""


def list_letters(
    connection: RawConnection, wanted: DeadLetterFilter, *, before: UUID | None, limit: int
) -> tuple[list[DeadLetterView], UUID | None]:
    """A page of the dead letters that match, newest first, and the cursor of the next page (None: this is the last)."""
    rows = fetch(
        connection,
        DeadLetterView,
        f"{_VIEW} WHERE {_conditions(wanted, before=before)} ORDER BY id DESC LIMIT %(limit)s",
        {**msgspec.structs.asdict(wanted), "before": before, "limit": limit + 1},
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def get_letter(connection: RawConnection, letter_id: UUID) -> DeadLetterView:
    """One dead letter.

    Raises:
        DeadLetterNotFound
    """
    found = fetch(connection, DeadLetterView, f"{_VIEW} WHERE id = %s", (letter_id,))
    if not found:
        raise DeadLetterNotFound("There is no such dead letter.")
    return found[0]


def count_open(connection: RawConnection) -> dict[DeadLetterKind, int]:
    """Kind -> number of open dead letters. Kinds without one are left out."""
    rows = connection.execute(
        "SELECT kind, count(*) FROM dead_letters WHERE replayed_at IS NULL AND discarded_at IS NULL GROUP BY kind"
    ).fetchall()
    return {DeadLetterKind(kind): count for kind, count in rows}


def read_letters(
    connection: RawConnection, wanted: DeadLetterFilter, *, after: UUID | None, limit: int, lock: bool
) -> list[DeadLetter]:
    """The next dead letters that match, oldest first, at most `limit`. `after`: only newer ones than this id. `lock`: lock them for a change in
    this transaction; those that another transaction has locked are left out.
    """
    return fetch(
        connection,
        DeadLetter,
        f"""
        SELECT id, queue, kind, subject_id, payload FROM dead_letters
        WHERE {_conditions(wanted, after=after)}
        ORDER BY id LIMIT %(limit)s {"FOR UPDATE SKIP LOCKED" if lock else ""}
        """,  # noqa: S608  # only constants of this module
        {**msgspec.structs.asdict(wanted), "after": after, "limit": limit},
    )


def lock_letter(connection: RawConnection, letter_id: UUID) -> DeadLetter:
    """Lock one dead letter for a change in this transaction.

    Raises:
        DeadLetterNotFound
    """
    found = fetch(
        connection,
        DeadLetter,
        "SELECT id, queue, kind, subject_id, payload FROM dead_letters WHERE id = %s FOR UPDATE",
        (letter_id,),
    )
    if not found:
        raise DeadLetterNotFound("There is no such dead letter.")
    return found[0]


def find_newest(connection: RawConnection) -> UUID | None:
    """The id of the newest dead letter; None: there is none."""
    row = connection.execute("SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else row[0]


def mark_replayed(connection: RawConnection, letter_ids: Sequence[UUID]) -> None:
    connection.execute("UPDATE dead_letters SET replayed_at = now() WHERE id = ANY(%s)", (list(letter_ids),))


def mark_discarded(connection: RawConnection, letter_ids: Sequence[UUID]) -> None:
    connection.execute("UPDATE dead_letters SET discarded_at = now() WHERE id = ANY(%s)", (list(letter_ids),))


def _conditions(wanted: DeadLetterFilter, **bounds: UUID | None) -> str:
    given = {**msgspec.structs.asdict(wanted), **bounds}
    return " AND ".join([_IN_STATUS[wanted.status], *(_CONDITIONS[name] for name in _CONDITIONS if given.get(name) is not None)])
