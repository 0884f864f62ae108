"""One uploaded CSV file and what became of each of its rows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
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
    """For a day: the storage was away."""
    NOT_CSV = "not_csv"
    BAD_HEADER = "bad_header"
    NOTHING_BUT_FAULTS = "nothing_but_faults"
    INTERNAL = "internal"
    """It was begun several times, and stopped each time. Its file may be fine."""


class ImportMode(StrEnum):
    UPSERT = "upsert"
    CREATE = "create"
    """A row whose flight exists is a fault."""


class ImportMatch(StrEnum):
    TIME = "time"
    """A flight is known by its number and departure."""
    DAY = "day"
    """A row whose flight does not exist moves the flight of the same number, route and day."""


class ImportTimes(StrEnum):
    ZONED = "zoned"
    """A time without a zone is a fault."""
    LOCAL = "local"
    """A time without a zone is what the clocks show at the place where the flight departs, or arrives."""


class Import(SQLModel, table=True):
    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint(ImportStatus.known_sql(), name="status_known"),
        CheckConstraint("mode IN ('upsert', 'create')", name="mode_known"),
        CheckConstraint("match IN ('time', 'day')", name="match_known"),
        CheckConstraint("times IN ('zoned', 'local')", name="times_known"),
        Index("ix_imports_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        # The same bytes while one runs: the same job.
        Index(
            "ux_imports_running_content",
            "content_hash",
            "mode",
            "dry_run",
            "times",
            "match",
            unique=True,
            # One that is being stopped is not the job of who sends the file again.
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
    """How often a worker has begun since the last chunk was stored: counted before the work, so a worker that dies has been counted."""
    cancel_requested_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    """Since when no further chunk is stored. The import is CANCELLED once search knows of the chunks before."""
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    cursor_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Where the next chunk starts: moved in the transaction that stores the chunk."""
    cursor_line: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    """The number of the line at `cursor_bytes`; the file's first line is 1."""
    total_rows: int | None = Field(default=None)
    """Known once the whole file was read: then every row is worked, and search is still to be told."""
    processed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    updated: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    skipped: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    failed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    beside: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Rows that add a flight beside one of the same number, route and day."""
    affected_bookings: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class ImportFault(SQLModel, table=True):
    """One thing wrong with one row; or, with the code `read_as`, a note of how the word for a place was read, by which no row fails."""

    __tablename__ = "import_errors"

    import_id: UUID = Field(sa_column=Column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True))
    line: int = Field(primary_key=True)
    column: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))
    raw: list[str] | None = Field(default=None, sa_column=Column(JSON))
    """The row's cells, one for each of the import's `columns`, for the file of failed rows. Only with the first fault of a line."""


class ChangeEffect(StrEnum):
    CHANGED = "changed"
    ADDED_BESIDE = "added_beside"
    """The flight stays as it is, and the row adds another one of the same number, route and day."""


class ImportChange(SQLModel, table=True):
    """What one row changes on a flight that exists: every such row of a dry run, and of a real one those that somebody has to be told of."""

    __tablename__ = "import_changes"

    import_id: UUID = Field(sa_column=Column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True))
    line: int = Field(primary_key=True)
    flight_id: UUID
    flight_number: str = Field(sa_column=Column(Text, nullable=False))
    departure_ts: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    source_key: str = Field(sa_column=Column(Text, nullable=False))
    """With the next two: the route and the day that the flight had before."""
    destination_key: str = Field(sa_column=Column(Text, nullable=False))
    departure_date: date
    bookings: int
    """How many have seats on the flight, and how many seats."""
    seats: int
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """The fields that differ, as they were; `after`: as the file has them."""
    after: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    effect: str = Field(default=ChangeEffect.CHANGED, sa_column=Column(Text, nullable=False, server_default="changed"))
