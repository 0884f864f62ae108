"""The mails that were written. Each waits until the mail server accepts it; without a mail server it is stored for the app only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch
from core.mail.models import MailStatus
from core.telemetry.tracing.spans import TraceParent

FIRST_WAIT_SECONDS: Final = 30
"""The wait after the first failed attempt. It doubles with each further attempt, up to `LONGEST_WAIT_SECONDS`."""
LONGEST_WAIT_SECONDS: Final = 3600
MAX_ATTEMPTS: Final = 30
"""After so many attempts, in about a day, a mail is given up."""
LONGEST_ERROR: Final = 500
"""How many characters of an answer of the mail server are stored."""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail before it is stored. `booking_id`, `kind` and `version` together are unique. That does not hold where `booking_id` is None:
    there the caller makes sure that the mail is written once.
    """

    booking_id: UUID | None
    user_id: UUID
    kind: str
    version: str
    address: str
    subject: str
    body: str
    traceparent: TraceParent | None = None
    """The trace context of what caused it."""


@dataclass(frozen=True, slots=True)
class MailToSend:
    """A mail that is sent now. `attempts` includes this attempt."""

    id: UUID
    booking_id: UUID | None
    kind: str
    address: str
    subject: str
    body: str
    attempts: int
    traceparent: TraceParent | None


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


@dataclass(frozen=True, slots=True)
class _MailOfUser:
    """A row of `list_all`."""

    id: UUID
    booking_id: UUID | None
    kind: str
    address: str
    subject: str
    body: str
    status: MailStatus
    created_at: datetime
    sent_at: datetime | None
    username: str
    attempts: int
    next_at: datetime | None
    error: str | None

    def report(self) -> MailReport:
        mail = MailView(
            id=self.id,
            booking_id=self.booking_id,
            kind=self.kind,
            address=self.address,
            subject=self.subject,
            body=self.body,
            status=self.status,
            created_at=self.created_at,
            sent_at=self.sent_at,
        )
        return MailReport(mail=mail, username=self.username, attempts=self.attempts, next_at=self.next_at, error=self.error)


def store(connection: RawConnection, mails: Sequence[NewMail], *, sends: bool) -> int:
    """Store the mails that are not stored yet. `sends`: a mail server is configured. Returns how many were stored."""
    status = MailStatus.WAITING if sends else MailStatus.KEPT
    return sum(
        connection.execute(
            """
            INSERT INTO mails (id, booking_id, user_id, kind, version, address, subject, body, status, traceparent, next_at)
            VALUES (%(id)s, %(booking_id)s, %(user_id)s, %(kind)s, %(version)s, %(address)s, %(subject)s, %(body)s, %(status)s, %(traceparent)s,
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
                "traceparent": mail.traceparent,
                "sends": sends,
            },
        ).rowcount
        for mail in mails
    )


def list_due(connection: RawConnection, *, limit: int) -> list[UUID]:
    """The ids of mails that are to be sent now, those that have waited longest first."""
    rows = connection.execute(
        "SELECT id FROM mails WHERE next_at <= now() ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED", (limit,)
    ).fetchall()
    return [row[0] for row in rows]


def lease(connection: RawConnection, mail_ids: Sequence[UUID], *, seconds: int) -> None:
    """Put these mails off by `seconds`, because a message to send them is about to be sent. `list_due` leaves them out for so long."""
    connection.execute(
        "UPDATE mails SET next_at = now() + %s * interval '1 second' WHERE id = ANY(%s) AND next_at IS NOT NULL",
        (seconds, list(mail_ids)),
    )


def begin_attempt(connection: RawConnection, mail_id: UUID) -> MailToSend | None:
    """Count an attempt, and set when the next one is due if this one never ends. None: the mail does not wait any more, or another
    transaction has locked it.
    """
    found = fetch(
        connection,
        MailToSend,
        f"""
        UPDATE mails SET attempts = attempts + 1,
            next_at = now() + least(%(first)s * power(2, least(attempts, 20)), %(longest)s) * interval '1 second'
        WHERE id = (SELECT id FROM mails WHERE id = %(id)s AND status = {MailStatus.WAITING.sql} FOR UPDATE SKIP LOCKED)
        RETURNING id, booking_id, kind, address, subject, body, attempts, traceparent
        """,  # noqa: S608  # only constants
        {"first": FIRST_WAIT_SECONDS, "longest": LONGEST_WAIT_SECONDS, "id": mail_id},
    )
    return found[0] if found else None


def mark_sent(connection: RawConnection, mail_id: UUID) -> None:
    connection.execute(
        "UPDATE mails SET status = %s, sent_at = now(), next_at = NULL, error = NULL WHERE id = %s AND status = %s",
        (MailStatus.SENT, mail_id, MailStatus.WAITING),
    )


def mark_failed(connection: RawConnection, mail_id: UUID, error: str, *, permanent: bool) -> None:
    """Store why an attempt failed. The mail is given up if this was the last attempt, or if the failure is `permanent`: the mail server
    will never accept it.
    """
    connection.execute(
        """
        UPDATE mails SET error = %(error)s,
            status = CASE WHEN %(permanent)s OR attempts >= %(max_attempts)s THEN %(given_up)s ELSE status END,
            next_at = CASE WHEN %(permanent)s OR attempts >= %(max_attempts)s THEN NULL ELSE next_at END
        WHERE id = %(id)s AND status = %(waiting)s
        """,
        {
            "error": error[:LONGEST_ERROR],
            "permanent": permanent,
            "max_attempts": MAX_ATTEMPTS,
            "id": mail_id,
            "given_up": MailStatus.GIVEN_UP,
            "waiting": MailStatus.WAITING,
        },
    )


_COLUMNS: Final = "m.id, m.booking_id, m.kind, m.address, m.subject, m.body, m.status, m.created_at, m.sent_at"


def list_own(
    connection: RawConnection, user_id: UUID, *, booking_id: UUID | None = None, before: UUID | None, limit: int
) -> tuple[list[MailView], UUID | None]:
    """A page of a traveller's mails, of all bookings or of one, newest first, and the cursor of the next page (None:
    this is the last)."""
    rows = fetch(
        connection,
        MailView,
        f"""
        SELECT {_COLUMNS} FROM mails m WHERE m.user_id = %(user)s AND (%(booking)s::uuid IS NULL OR m.booking_id = %(booking)s)
          AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
        ORDER BY m.id DESC LIMIT %(limit)s
        """,  # noqa: S608  # only constants of this module
        {"user": user_id, "booking": booking_id, "before": before, "limit": limit + 1},
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
    """As `list_own`, of all travellers that match the filters, for administrators and agents."""
    rows = fetch(
        connection,
        _MailOfUser,
        f"""
        SELECT {_COLUMNS}, u.username, m.attempts, m.next_at, m.error FROM mails m JOIN users u ON u.id = m.user_id
        WHERE (%(status)s::text IS NULL OR m.status = %(status)s) AND (%(username)s::text IS NULL OR u.username = %(username)s)
          AND (%(booking)s::uuid IS NULL OR m.booking_id = %(booking)s) AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
        ORDER BY m.id DESC LIMIT %(limit)s
        """,  # noqa: S608  # only constants of this module
        {
            "status": status,
            "username": username and username.lower(),
            "booking": booking_id,
            "before": before,
            "limit": limit + 1,
        },
    )
    return [row.report() for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def allow_another(connection: RawConnection, booking_id: UUID, kind: str, version: str) -> None:
    """Allow a second mail of this kind and version. The first one stays in the list; its version is changed, because the unique index
    allows only one of each.
    """
    connection.execute(
        "UPDATE mails SET version = version || '@' || id WHERE booking_id = %s AND kind = %s AND version = %s",
        (booking_id, kind, version),
    )


def delete_of_user(connection: RawConnection, user_id: UUID) -> None:
    """Delete all mails of an account that is closed, sent or not."""
    connection.execute("DELETE FROM mails WHERE user_id = %s", (user_id,))
