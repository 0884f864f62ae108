"""Record the bookings of a load run, in the transaction that accepts them, and the number of its polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from core.db import RawConnection

RUN_ID: Final = r"[A-Za-z0-9._-]{1,64}"
"""The pattern of names of load runs. It matches the whole name."""


class TaggedBooking(NamedTuple):
    """A booking that was accepted for a load run."""

    booking_id: UUID
    run_id: str
    allow_duplicate: bool


def record(connection: RawConnection, bookings: Sequence[TaggedBooking]) -> None:
    """Record these bookings. A load run exists from its first booking on."""
    connection.execute(
        "INSERT INTO load_runs (id) SELECT DISTINCT unnest(%s::text[]) ON CONFLICT DO NOTHING",
        ([each.run_id for each in bookings],),
    )
    connection.execute(
        """
        INSERT INTO load_run_bookings (booking_id, run_id, allow_duplicate)
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bool[])
        """,
        [list(column) for column in zip(*bookings, strict=True)],
    )


def count_polls(connection: RawConnection, polls: Mapping[str, int]) -> None:
    """Add these numbers of polls to their load runs. A run that has no booking does not exist, and is left out."""
    connection.execute(
        """
        UPDATE load_runs r SET polls = r.polls + w.polls
        FROM unnest(%s::text[], %s::int8[]) AS w(id, polls) WHERE r.id = w.id
        """,
        (list(polls), list(polls.values())),
    )
