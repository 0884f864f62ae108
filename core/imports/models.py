"""One uploaded CSV file and what became of each of its rows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core.clock import new_id
from core.statuses import StoredEnum


class ImportStatus(StoredEnum):
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ImportFailureCode(StrEnum):
    """Why an import as a whole could not go on."""

    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    """The storage of its file could not be reached for a day."""
    NOT_CSV = "not_csv"
    BAD_HEADER = "bad_header"
    NOTHING_BUT_FAULTS = "nothing_but_faults"
    INTERNAL = "internal"
    """Several attempts ended without a result, for example because the worker crashed each time. The file may be valid."""


class ImportMode(StrEnum):
    UPSERT = "upsert"
    CREATE = "create"
    """A row whose flight exists is a fault."""


class ImportMatch(StrEnum):
    TIME = "time"
    """A row matches the flight with the same number and departure."""
    DAY = "day"
    """If no flight has the number and departure of a row, the row matches, and moves, the flight of the same number, route and
    day.
    """


class ImportTimes(StrEnum):
    ZONED = "zoned"
    """A time without a zone is a fault."""
    UTC = "utc"
    """A time without a zone is in UTC."""
    LOCAL = "local"
    """A time without a zone is local time at the source (departure) or destination (arrival)."""


class Import(SQLModel, table=True):
    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint(ImportStatus.known_sql(), name="status_known"),
        CheckConstraint("mode IN ('upsert', 'create')", name="mode_known"),
        CheckConstraint("match IN ('time', 'day')", name="match_known"),
        CheckConstraint("times IN ('zoned', 'utc', 'local')", name="times_known"),
        Index("ix_imports_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        # At most one unfinished import of the same file in the same way.
        Index(
            "ux_imports_running_content",
            "content_hash",
            "mode",
            "dry_run",
            "times",
            "match",
            unique=True,
            # An import that is being cancelled does not count: the same file may be sent again.
            postgresql_where=text(
                f"status IN ({ImportStatus.PENDING.sql}, {ImportStatus.IN_PROGRESS.sql}) AND cancel_requested_at IS NULL"
            ),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id")
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256 of the file's bytes."""
    storage_key: str = Field(sa_column=Column(Text, nullable=False))
    total_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    columns: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    """Names of the columns that are read, in the file's order."""
    mode: str = Field(default=ImportMode.UPSERT, sa_column=Column(Text, nullable=False, server_default="upsert"))
    dry_run: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    times: str = Field(default=ImportTimes.ZONED, sa_column=Column(Text, nullable=False, server_default="zoned"))
    match: str = Field(default=ImportMatch.TIME, sa_column=Column(Text, nullable=False, server_default="time"))
    status: str = Field(default=ImportStatus.PENDING, sa_column=Column(Text, nullable=False, server_default="PENDING"))
    failure_code: str | None = Field(default=None, sa_column=Column(Text))
    failure_message: str | None = Field(default=None, sa_column=Column(Text))
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    """How many attempts began since the last chunk was stored. It is counted before the work, so an attempt that crashes counts
    too.
    """
    cancel_requested_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """From this time on no further chunk is stored. The status becomes CANCELLED after search knows the flights of the stored
    chunks.
    """
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    cursor_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Where the next chunk starts: moved in the transaction that stores the chunk."""
    cursor_line: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    """The number of the line at `cursor_bytes`; the file's first line is 1."""
    total_rows: int | None = Field(default=None)
    """Set when the whole file was read: every row is processed, and only the search caches have still to be invalidated."""
    processed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    updated: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    skipped: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    failed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    beside: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Rows that added a second flight of the same number, route and day."""
    affected_bookings: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


READ_AS: Final = "read_as"
"""The code of a note that says which airport a text was read as. The message of the note is the code of the airport."""
TOO_FAST: Final = "too_fast"
"""The code of a note about a flight that would be faster than airliners are."""
NOTE_CODES: Final = (READ_AS, TOO_FAST)
"""Entries with these codes are notes: they do not fail a row, and are in no list or file of faults."""


class ImportFault(SQLModel, table=True):
    """One fault of one row. With a code of `NOTE_CODES` it is a note instead: what a person should look at."""

    __tablename__ = "import_errors"

    import_id: UUID = Field(sa_column=Column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True))
    line: int = Field(primary_key=True)
    column: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))
    raw: list[str] | None = Field(default=None, sa_column=Column(JSON))
    """The cells of the row, one for each of the import's `columns`, for the file of failed rows. Only stored with the first fault
    of a line.
    """


class ChangeEffect(StrEnum):
    CHANGED = "changed"
    ADDED_BESIDE = "added_beside"
    """The flight is not changed: the row adds a second one of the same number, route and day."""


class ImportChange(SQLModel, table=True):
    """What one row changes on an existing flight. `core/imports/changes.py` says which rows are listed."""

    __tablename__ = "import_changes"

    import_id: UUID = Field(sa_column=Column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True))
    line: int = Field(primary_key=True)
    flight_id: UUID
    flight_number: str = Field(sa_column=Column(Text, nullable=False))
    departure_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    source_key: str = Field(sa_column=Column(Text, nullable=False))
    """With the next two columns: the route and the day that the flight had before."""
    destination_key: str = Field(sa_column=Column(Text, nullable=False))
    departure_date: date
    bookings: int
    """How many bookings have seats on the flight, and how many seats."""
    seats: int
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """The fields that differ, with their old values. `after`: with the values of the file."""
    after: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    effect: str = Field(default=ChangeEffect.CHANGED, sa_column=Column(Text, nullable=False, server_default="changed"))
