"""The mails that were written: each waits until a mail server takes it, or is kept for the app where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch
from core.mail.models import MailStatus

FIRST_WAIT_SECONDS: Final = 30
"""After the first try that failed; each further one waits twice as long, an hour at most."""
LONGEST_WAIT_SECONDS: Final = 3600
MOST_ATTEMPTS: Final = 30
"""About a day."""
LONGEST_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Written:
    """A mail before it is stored. `booking_id`, `kind` and `version` together are unique. Who writes about no booking (None) sees to it that
    it is written once.
    """

    booking_id: UUID | None
    user_id: UUID
    kind: str
    version: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that is tried now."""

    id: UUID
    booking_id: UUID | None
    kind: str
    address: str
    subject: str
    body: str
    attempts: int


class MailView(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as its traveller reads it in the app. `status` `KEPT`: this installation sends no mail, and shows it here alone."""

    id: UUID
    booking_id: UUID | None
    """Null for a mail about a fare that is watched, and not booked."""
    kind: str
    address: str
    subject: str
    body: str
    status: MailStatus
    created_at: datetime
    sent_at: datetime | None


class MailReport(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as an administrator sees it."""

    mail: MailView
    username: str
    attempts: int
    next_at: datetime | None
    error: str | None


def store(connection: RawConnection, mails: Sequence[Written], *, sends: bool) -> int:
    """Store those that are not stored yet. `sends`: a mail server is configured. Returns how many are new."""
    status = MailStatus.WAITING if sends else MailStatus.KEPT
    return sum(
        connection.execute(
            """
            INSERT INTO mails (id, booking_id, user_id, kind, version, address, subject, body, status, next_at)
            VALUES (%(id)s, %(booking_id)s, %(user_id)s, %(kind)s, %(version)s, %(address)s, %(subject)s, %(body)s, %(status)s,
                    CASE WHEN %(sends)s THEN now() END)
            ON CONFLICT (booking_id, kind, version) DO NOTHING
            """,
            {
                "id": new_id(),
                "booking_id": mail.booking_id,
                "user_id": mail.user_id,
                "kind": mail.kind,
                "version": mail.version,
                "address": mail.address,
                "subject": mail.subject,
                "body": mail.body,
                "status": status,
                "sends": sends,
            },
        ).rowcount
        for mail in mails
    )


def list_due(connection: RawConnection, *, limit: int) -> list[UUID]:
    """The ids of mails whose time has come."""
    rows = connection.execute(
        "SELECT id FROM mails WHERE next_at <= now() ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED", (limit,)
    ).fetchall()
    return [row[0] for row in rows]


def lease(connection: RawConnection, mail_ids: Sequence[UUID], *, seconds: int) -> None:
    """Somebody is about to be told of these: nobody looks at them for so long."""
    connection.execute(
        "UPDATE mails SET next_at = now() + %s * interval '1 second' WHERE id = ANY(%s) AND next_at IS NOT NULL",
        (seconds, list(mail_ids)),
    )


def begin(connection: RawConnection, mail_id: UUID) -> Due | None:
    """Count an attempt, and set when the next one is due if this one never ends. None: it is sent, or somebody is at it."""
    found = fetch(
        connection,
        Due,
        f"""
        UPDATE mails SET attempts = attempts + 1,
            next_at = now() + least(%(first)s * power(2, least(attempts, 20)), %(longest)s) * interval '1 second'
        WHERE id = (SELECT id FROM mails WHERE id = %(id)s AND status = {MailStatus.WAITING.sql} FOR UPDATE SKIP LOCKED)
        RETURNING id, booking_id, kind, address, subject, body, attempts
        """,  # noqa: S608  # only constants
        {"first": FIRST_WAIT_SECONDS, "longest": LONGEST_WAIT_SECONDS, "id": mail_id},
    )
    return found[0] if found else None


def note_sent(connection: RawConnection, mail_id: UUID) -> None:
    connection.execute(
        "UPDATE mails SET status = %s, sent_at = now(), next_at = NULL, error = NULL WHERE id = %s AND status = %s",
        (MailStatus.SENT, mail_id, MailStatus.WAITING),
    )


def note_failed(connection: RawConnection, mail_id: UUID, error: str, *, for_good: bool) -> None:
    """`for_good`: the mail server will never take it."""
    connection.execute(
        """
        UPDATE mails SET error = %(error)s,
            status = CASE WHEN %(over)s OR attempts >= %(most)s THEN %(given_up)s ELSE status END,
            next_at = CASE WHEN %(over)s OR attempts >= %(most)s THEN NULL ELSE next_at END
        WHERE id = %(id)s AND status = %(waiting)s
        """,
        {
            "error": error[:LONGEST_ERROR],
            "over": for_good,
            "most": MOST_ATTEMPTS,
            "id": mail_id,
            "given_up": MailStatus.GIVEN_UP,
            "waiting": MailStatus.WAITING,
        },
    )


_COLUMNS: Final = "m.id, m.booking_id, m.kind, m.address, m.subject, m.body, m.status, m.created_at, m.sent_at"


def list_own(connection: RawConnection, user_id: UUID, *, before: UUID | None, limit: int) -> tuple[list[MailView], UUID | None]:
    """A page of a traveller's mails, newest first, and the cursor of the next one."""
    rows = fetch(
        connection,
        MailView,
        f"""
        SELECT {_COLUMNS} FROM mails m WHERE m.user_id = %(user)s AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
        ORDER BY m.id DESC LIMIT %(limit)s
        """,  # noqa: S608  # only constants of this module
        {"user": user_id, "before": before, "limit": limit + 1},
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def list_all(
    connection: RawConnection,
    *,
    status: MailStatus | None = None,
    username: str | None = None,
    booking_id: UUID | None = None,
    before: UUID | None,
    limit: int,
) -> tuple[list[MailReport], UUID | None]:
    """The same of all travellers, for administrators."""
    given: dict[str, Any] = {"status": status, "username": username and username.lower(), "booking": booking_id}
    given |= {"before": before, "limit": limit + 1}
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS}, u.username, m.attempts, m.next_at, m.error FROM mails m JOIN users u ON u.id = m.user_id
        WHERE (%(status)s::text IS NULL OR m.status = %(status)s) AND (%(username)s::text IS NULL OR u.username = %(username)s)
          AND (%(booking)s::uuid IS NULL OR m.booking_id = %(booking)s) AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
        ORDER BY m.id DESC LIMIT %(limit)s
        """.encode(),  # noqa: S608  # only constants of this module
        given,
    ).fetchall()
    reports = [_report(row) for row in rows[:limit]]
    return reports, reports[-1].mail.id if len(rows) > limit else None


def _report(row: tuple[Any, ...]) -> MailReport:
    names = ("id", "booking_id", "kind", "address", "subject", "body", "status", "created_at", "sent_at")
    mail = MailView(**{**dict(zip(names, row, strict=False)), "status": MailStatus(row[6])})
    username, attempts, next_at, error = row[len(names) :]
    return MailReport(mail=mail, username=username, attempts=attempts, next_at=next_at, error=error)


def set_aside(connection: RawConnection, booking_id: UUID, kind: str, version: str) -> None:
    """Let a new mail of this kind and version be written; the one that there is keeps its place in the list."""
    connection.execute(
        "UPDATE mails SET version = version || '@' || id WHERE booking_id = %s AND kind = %s AND version = %s",
        (booking_id, kind, version),
    )


def forget(connection: RawConnection, user_id: UUID) -> None:
    """An account is closed: nobody reads its mails any more, and none is sent."""
    connection.execute("DELETE FROM mails WHERE user_id = %s", (user_id,))
