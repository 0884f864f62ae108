"""The results of the bookings of each minute, and how long they took: counted on request for the last minute, stored in a small table for a
day.

A booking belongs to the minute in which it was accepted. A minute is stored when it is over, and again a minute later, because some of its
bookings end later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Column, DateTime
from sqlmodel import Field, SQLModel

from core.bookings.states import BookingStatus
from core.bookings.transitions import DECIDED
from core.clock import first_id_at, now
from core.db import RawConnection, fetch, fetch_one

KEPT: Final = timedelta(hours=24)
STATEMENT_MS: Final = 20_000


class OperationsMinute(SQLModel, table=True):
    """One minute: the number of bookings that were accepted in it, by their present status. `waiting` and the columns after it are the
    state at the end of the minute.
    """

    __tablename__ = "operations_minutes"

    minute: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    accepted: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    pending: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    held: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    confirmed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    failed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    ended: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Cancelled or expired."""
    waiting: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Bookings of all minutes that waited for their seats."""
    dead_letters: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Open dead letters."""
    p50_ms: float | None = Field(default=None)
    """The median of the times from acceptance until the seats were reserved or refused, in milliseconds."""
    p95_ms: float | None = Field(default=None)
    p99_ms: float | None = Field(default=None)
    oldest_seconds: float | None = Field(default=None)
    """How long the oldest of the waiting bookings had waited."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Bookings that were accepted in a period, by their present status. `p50_ms` to `p99_ms`: percentiles of the time from acceptance until
    the seats were reserved or refused; null without such bookings.
    """

    accepted: int
    pending: int
    held: int
    confirmed: int
    failed: int
    ended: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class Minute(Counts, frozen=True, kw_only=True):
    """One minute of the history. `waiting`, `oldest_seconds` and `dead_letters` are the state at its end."""

    minute: datetime
    waiting: int
    oldest_seconds: float | None
    dead_letters: int


_COUNT: Final = f"""
    SELECT count(*)::int AS accepted,
        count(*) FILTER (WHERE status = {BookingStatus.PENDING.sql})::int AS pending, count(*) FILTER (WHERE status = {BookingStatus.HELD.sql})::int AS held,
        count(*) FILTER (WHERE status = {BookingStatus.CONFIRMED.sql})::int AS confirmed, count(*) FILTER (WHERE status = {BookingStatus.FAILED.sql})::int AS failed,
        count(*) FILTER (WHERE status IN ({BookingStatus.CANCELLED.sql}, {BookingStatus.EXPIRED.sql}))::int AS ended,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50_ms, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95_ms,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99_ms
    FROM (
        SELECT status, (extract(epoch FROM
            (jsonb_path_query_first(timeline, '{DECIDED}') ->> 'at')::timestamptz - created_at) * 1000)::float8 AS ms
        FROM bookings WHERE id >= %(begin)s AND id < %(end)s
    ) AS accepted
"""  # noqa: S608  # only constants of this module
_NOW: Final = f"""
    SELECT (SELECT count(*)::int FROM bookings WHERE next_at IS NOT NULL AND status = {BookingStatus.PENDING.sql}) AS waiting,
           (SELECT extract(epoch FROM now() - min(created_at))::float8 FROM bookings WHERE next_at IS NOT NULL AND status = {BookingStatus.PENDING.sql})
               AS oldest_seconds,
           (SELECT count(*)::int FROM dead_letters WHERE replayed_at IS NULL AND discarded_at IS NULL) AS dead_letters
"""  # noqa: S608  # only constants
_WRITE: Final = f"""
    INSERT INTO operations_minutes (minute, accepted, pending, held, confirmed, failed, ended, p50_ms, p95_ms, p99_ms,
                                    waiting, oldest_seconds, dead_letters)
    SELECT %(minute)s, counted.*, standing.* FROM ({_COUNT}) AS counted, ({_NOW}) AS standing
    ON CONFLICT (minute) DO UPDATE SET accepted = excluded.accepted, pending = excluded.pending, held = excluded.held,
        confirmed = excluded.confirmed, failed = excluded.failed, ended = excluded.ended,
        p50_ms = excluded.p50_ms, p95_ms = excluded.p95_ms, p99_ms = excluded.p99_ms
"""  # noqa: S608  # only constants of this module


def count_last_minute(connection: RawConnection) -> Counts:
    """The counts of the last 60 seconds."""
    at = now()
    found = fetch_one(connection, Counts, _COUNT, {"begin": first_id_at(at - timedelta(minutes=1)), "end": first_id_at(at)})
    assert found is not None  # an aggregate has a row
    return found


def write(connection: RawConnection, minute: datetime) -> None:
    """Store the minute that begins at `minute`, or update the results of its bookings. Delete minutes that are older than a day."""
    connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
    end = minute + timedelta(minutes=1)
    connection.execute(_WRITE.encode(), {"minute": minute, "begin": first_id_at(minute), "end": first_id_at(end)})
    connection.execute("DELETE FROM operations_minutes WHERE minute < %s", (minute - KEPT,))


def list_minutes(connection: RawConnection) -> list[Minute]:
    """The minutes of the last 24 hours, oldest first. Minutes in which no sweep ran are missing."""
    return fetch(connection, Minute, "SELECT * FROM operations_minutes WHERE minute >= %s ORDER BY minute", (now() - KEPT,))
