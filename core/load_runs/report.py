"""The report of a load run: the results of its bookings, and how many violate a guarantee of the product. Read it when none of them is
PENDING any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode
from core.bookings.transitions import DECIDED
from core.db import RawConnection, fetch, fetch_one
from core.errors import NotFound
from core.load_runs.fairness import Served, count_inversions
from core.payments.models import PaymentStatus, RefundStatus

STATEMENT_MS: Final = 60_000
"""The time limit. The report of a run with a million bookings takes less."""


class LoadRunNotFound(NotFound):
    code = "load_run_not_found"


class StageTimes(msgspec.Struct, frozen=True):
    """Milliseconds from acceptance to one stage, over the `bookings` that reached it."""

    stage: str
    bookings: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class LoadRunReport(msgspec.Struct, frozen=True, kw_only=True):
    """The results of one load run. The first eight numbers count its bookings and polls; the others count violations and have to be 0,
    except that a few `inversions` are allowed.
    """

    id: str
    began_at: datetime
    accepted: int
    pending: int
    held: int
    confirmed: int
    failed: int
    ended: int
    """Cancelled or expired."""
    polls: int
    """The number of requests of its clients for jobs."""
    polls_per_booking: float
    oversold: int
    """Seats that were sold beyond the capacity of its flights."""
    lost: int
    """Bookings that were accepted and do not exist."""
    duplicated: int
    """Unwanted second bookings of one traveller on one flight (without `allow_duplicate`)."""
    charged_wrong: int
    """Bookings that were charged twice, or another amount than their price, or that ended and were not refunded."""
    inversions: int
    """Bookings that found no seats although a later booking in the line was served before."""
    stages: list[StageTimes]


_COUNT: Final = f"""
    SELECT r.id, r.created_at AS began_at, r.polls, count(t.booking_id)::int AS accepted,
        count(*) FILTER (WHERE b.status = {BookingStatus.PENDING.sql})::int AS pending, count(*) FILTER (WHERE b.status = {BookingStatus.HELD.sql})::int AS held,
        count(*) FILTER (WHERE b.status = {BookingStatus.CONFIRMED.sql})::int AS confirmed, count(*) FILTER (WHERE b.status = {BookingStatus.FAILED.sql})::int AS failed,
        count(*) FILTER (WHERE b.status IN ({BookingStatus.CANCELLED.sql}, {BookingStatus.EXPIRED.sql}))::int AS ended,
        count(*) FILTER (WHERE t.booking_id IS NOT NULL AND b.id IS NULL)::int AS lost
    FROM load_runs r LEFT JOIN load_run_bookings t ON t.run_id = r.id LEFT JOIN bookings b ON b.id = t.booking_id
    WHERE r.id = %s GROUP BY r.id
"""  # noqa: S608  # only constants of this module
_OVERSOLD: Final = f"""
    SELECT coalesce(sum(greatest(taken.seats - f.total_seats, 0)), 0)::int FROM flights f JOIN (
        SELECT s.flight_id, sum(b.seats) AS seats FROM booking_segments s JOIN bookings b ON b.id = s.booking_id
        WHERE b.status IN ({BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql}) AND s.flight_id IN (
            SELECT s.flight_id FROM load_run_bookings t JOIN booking_segments s ON s.booking_id = t.booking_id WHERE t.run_id = %s
        ) GROUP BY s.flight_id
    ) AS taken ON taken.flight_id = f.id
"""  # noqa: S608  # only constants of this module
_DUPLICATED: Final = f"""
    SELECT coalesce(sum(bookings - 1), 0)::int FROM (
        SELECT count(*) AS bookings FROM load_run_bookings t
        JOIN bookings b ON b.id = t.booking_id AND b.status IN ({BookingStatus.PENDING.sql}, {BookingStatus.HELD.sql}, {BookingStatus.CONFIRMED.sql})
        JOIN booking_segments s ON s.booking_id = b.id
        WHERE t.run_id = %s AND NOT t.allow_duplicate GROUP BY b.user_id, s.flight_id HAVING count(*) > 1
    ) AS doubled
"""  # noqa: S608  # only constants of this module
# A pending refund counts as refunded. The traveller was shown the cancellation fee before confirming.
_CHARGED_WRONG: Final = f"""
    SELECT count(*)::int FROM load_run_bookings t JOIN bookings b ON b.id = t.booking_id LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.status = {PaymentStatus.SUCCEEDED.sql}) AS charges, sum(p.amount) FILTER (WHERE p.status = {PaymentStatus.SUCCEEDED.sql}) AS amount,
            sum(p.amount) AS taken FROM payments p WHERE p.booking_id = b.id AND p.status IN ({PaymentStatus.SUCCEEDED.sql}, {PaymentStatus.SURPLUS.sql})
    ) AS paid ON true LEFT JOIN LATERAL (
        SELECT sum(r.amount) AS amount FROM refunds r WHERE r.booking_id = b.id AND r.status <> {RefundStatus.FAILED.sql}
    ) AS back ON true LEFT JOIN LATERAL (
        SELECT max(c.fee_amount) AS fee FROM cancellations c WHERE c.booking_id = b.id AND c.confirmed_at IS NOT NULL
    ) AS kept ON true
    WHERE t.run_id = %s AND (
        paid.charges > 1
        OR b.status = {BookingStatus.CONFIRMED.sql} AND b.payment_mode <> {PaymentMode.NONE.sql} AND b.price_total > 0
            AND (paid.amount IS DISTINCT FROM b.price_total OR paid.taken - coalesce(back.amount, 0) <> b.price_total)
        OR b.status IN ({BookingStatus.FAILED.sql}, {BookingStatus.EXPIRED.sql}) AND paid.taken IS DISTINCT FROM back.amount
        OR b.status = {BookingStatus.CANCELLED.sql} AND paid.taken - coalesce(back.amount, 0) NOT IN (0, coalesce(kept.fee, 0))
    )
"""  # noqa: S608  # only constants of this module
# Only bookings of one flight, because a trip may have been refused for any of its flights.
_LINE: Final = f"""
    SELECT s.flight_id, b.sequence, b.seats, b.failure_code IS NOT DISTINCT FROM {FailureCode.SOLD_OUT.sql} AS is_loser,
        (jsonb_path_query_first(b.timeline, '{DECIDED}') ->> 'at')::timestamptz AS decided_at
    FROM load_run_bookings t JOIN bookings b ON b.id = t.booking_id JOIN booking_segments s ON s.booking_id = b.id
    WHERE t.run_id = %s AND b.sequence IS NOT NULL AND jsonb_path_exists(b.timeline, '{DECIDED}')
      AND (b.status <> {BookingStatus.FAILED.sql} OR b.failure_code = {FailureCode.SOLD_OUT.sql} OR jsonb_path_exists(b.timeline, '$[*] ? (@.stage == "held")'))
      AND NOT EXISTS (SELECT FROM booking_segments o WHERE o.booking_id = b.id AND o.position > 0)
    ORDER BY s.flight_id, b.sequence DESC
"""  # noqa: S608  # only constants of this module
_STAGES: Final = """
    SELECT step ->> 'stage' AS stage, count(*)::int AS bookings,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50_ms, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95_ms,
        percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99_ms
    FROM load_run_bookings t JOIN bookings b ON b.id = t.booking_id CROSS JOIN LATERAL jsonb_array_elements(b.timeline) AS step
    CROSS JOIN LATERAL (SELECT (extract(epoch FROM (step ->> 'at')::timestamptz - b.created_at) * 1000)::float8 AS ms) AS taken
    WHERE t.run_id = %s GROUP BY step ->> 'stage' ORDER BY min(ms)
"""


class _Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the report that one statement counts."""

    id: str
    began_at: datetime
    polls: int
    accepted: int
    pending: int
    held: int
    confirmed: int
    failed: int
    ended: int
    lost: int


def read(connection: RawConnection, run_id: str) -> LoadRunReport:
    """The report of this load run, as it is now.

    Raises:
        LoadRunNotFound: no booking was accepted for it.
    """
    connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
    counts = fetch_one(connection, _Counts, _COUNT, (run_id,))
    if counts is None:
        raise LoadRunNotFound("No booking was accepted for this load run.")
    return LoadRunReport(
        **msgspec.structs.asdict(counts),
        polls_per_booking=round(counts.polls / counts.accepted, 2),
        oversold=_number(connection, _OVERSOLD, run_id),
        duplicated=_number(connection, _DUPLICATED, run_id),
        charged_wrong=_number(connection, _CHARGED_WRONG, run_id),
        inversions=count_inversions(fetch(connection, Served, _LINE, (run_id,))),
        stages=fetch(connection, StageTimes, _STAGES, (run_id,)),
    )


def _number(connection: RawConnection, question: str, run_id: str) -> int:
    row = connection.execute(question.encode(), (run_id,)).fetchone()
    assert row is not None  # an aggregate has a row
    return int(row[0])
