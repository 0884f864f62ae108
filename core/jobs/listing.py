"""All jobs of one kind or of every kind, newest first, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.bookings.intake import references
from core.clock import first_id_at
from core.db import RawConnection
from core.flights import numbers
from core.jobs.status import Job, JobKind, read_jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """None matches everything. `flight_id`: bookings on this flight, and its cancellation; `username`: of the user who started the job,
    complete. `text`: the complete reference, flight number or failure code of a booking; a part of the failure of an import; a part of the
    reason of a cancellation. `accepted_from`, `accepted_before`: the time at which the job was accepted.
    """

    kind: JobKind | None = None
    status: str | None = None
    flight_id: UUID | None = None
    username: str | None = None
    text: str | None = None
    accepted_from: datetime | None = None
    accepted_before: datetime | None = None


_TABLES: Final = {
    JobKind.BOOKING: "bookings",
    JobKind.IMPORT: "imports",
    JobKind.FLIGHT_CANCELLATION: "flight_cancellations",
}
_USER: Final = "user_id = (SELECT id FROM users WHERE username = %(username)s)"
_OF_FLIGHT: Final = {
    JobKind.BOOKING: "id IN (SELECT booking_id FROM booking_segments WHERE flight_id = %(flight_id)s)",
    JobKind.IMPORT: "false",
    JobKind.FLIGHT_CANCELLATION: "flight_id = %(flight_id)s",
}
_TEXT: Final = {
    JobKind.BOOKING: """
        (reference = %(reference)s OR failure_code = lower(%(text)s) OR id IN (
            SELECT s.booking_id FROM booking_segments s JOIN flights f ON f.id = s.flight_id WHERE f.flight_number_key = %(number)s))
    """,
    JobKind.IMPORT: "strpos(lower(concat_ws(' ', failure_code, failure_message)), lower(%(text)s)) > 0",
    JobKind.FLIGHT_CANCELLATION: "strpos(lower(reason), lower(%(text)s)) > 0",
}


def list_jobs(connection: RawConnection, wanted: JobFilter, *, before: UUID | None, limit: int) -> tuple[list[Job], UUID | None]:
    """A page of jobs, and the cursor of the next page. Ids grow with time, so the cursor is the last id."""
    given: dict[str, Any] = {
        "status": wanted.status,
        "flight_id": wanted.flight_id,
        "username": wanted.username.lower() if wanted.username else None,
        "before": before,
        "text": wanted.text,
        "accepted_from": first_id_at(wanted.accepted_from) if wanted.accepted_from else None,
        "accepted_before": first_id_at(wanted.accepted_before) if wanted.accepted_before else None,
        "reference": references.read(wanted.text) if wanted.text else None,
        "number": numbers.key_of(numbers.tidy(wanted.text)) if wanted.text else None,
    }
    kinds = [wanted.kind] if wanted.kind is not None else list(JobKind)
    newest = " UNION ALL ".join(f"({_select(kind, given)})" for kind in kinds)
    query = f"SELECT id FROM ({newest}) AS jobs ORDER BY id DESC LIMIT %(limit)s"  # noqa: S608  # only constants of this module
    ids = [row[0] for row in connection.execute(query.encode(), {**given, "limit": limit + 1}).fetchall()]
    jobs = read_jobs(connection, ids[:limit])
    return [jobs[job_id] for job_id in ids[:limit]], ids[limit - 1] if len(ids) > limit else None


def _select(kind: JobKind, given: dict[str, Any]) -> str:
    possible = {
        "status": "status = %(status)s",
        "flight_id": _OF_FLIGHT[kind],
        # The table does not show who cancelled a flight; the audit log does.
        "username": "false" if kind is JobKind.FLIGHT_CANCELLATION else _USER,
        "before": "id < %(before)s",
        "text": _TEXT[kind],
        "accepted_from": "id >= %(accepted_from)s",
        "accepted_before": "id < %(accepted_before)s",
    }
    conditions = [condition for name, condition in possible.items() if given[name] is not None]
    return f"SELECT id FROM {_TABLES[kind]} WHERE {' AND '.join(conditions) or 'true'} ORDER BY id DESC LIMIT %(limit)s"  # noqa: S608  # likewise
