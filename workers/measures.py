"""Record the metrics of bookings and imports: the duration of each stage, and the results of rows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.lifecycle.reserve_in_redis import Reservations
from core.telemetry.metrics import BOOKING_STAGE_SECONDS, IMPORT_ROWS
from core.telemetry.observations import observe_all

_WAIT: Final = BOOKING_STAGE_SECONDS.labels("wait")
_RESERVE: Final = BOOKING_STAGE_SECONDS.labels("reserve")
_COMMIT: Final = BOOKING_STAGE_SECONDS.labels("commit")
_TOTAL: Final = BOOKING_STAGE_SECONDS.labels("total")


def observe_stages(reservations: Reservations, committed_at: datetime) -> None:
    """Record a committed batch. Redis and Postgres are called once for the whole batch, so these two stages are recorded once."""
    begun_at, ended_at = reservations.picked_up_at.timestamp(), committed_at.timestamp()
    _RESERVE.observe((reservations.reserved_at - reservations.picked_up_at).total_seconds())
    _COMMIT.observe((committed_at - reservations.reserved_at).total_seconds())
    # An id begins with the milliseconds of its acceptance.
    accepted_at = [(booking.id.int >> 80) / 1000 for booking in reservations.bookings]
    observe_all(_WAIT, [max(0.0, begun_at - at) for at in accepted_at])
    observe_all(_TOTAL, [max(0.0, ended_at - at) for at in accepted_at])


def count_rows(rows: int, *, created: int, updated: int, failed: int) -> None:
    """Record a stored chunk. `rows`: all rows of the chunk. Rows that were not created, updated or failed were skipped."""
    skipped = max(0, rows - created - updated - failed)
    for outcome, count in (("created", created), ("updated", updated), ("failed", failed), ("skipped", skipped)):
        IMPORT_ROWS.labels(outcome).inc(count)
