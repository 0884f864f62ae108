"""Fair share: limits for one traveller on one flight, so that others can get seats too. There are two rules:

1. A traveller has at most `flight_seats` seats on one flight, in all bookings together.
2. After a hold that was not paid, the traveller cannot hold seats on that flight again for `cool_down_minutes` (the cool-down).

Without the second rule, two accounts could block a seat for ever without paying. An example: A holds the last seat, and B joins
the waiting list. When A's hold ends, B gets the seat as an offer, and A joins the waiting list, and so on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from core.bookings.errors import CoolingDown, TooManySeats
from core.bookings.intake.idempotency import find_holders
from core.bookings.models import PaymentMode
from core.bookings.states import ACTIVE, BookingStatus
from core.db import RawConnection
from core.db.planning import any_length
from core.payments.models import PaymentStatus

Claim: TypeAlias = tuple[UUID, UUID]
"""A traveller and a flight."""
LOOKED_AT: Final = 500
"""How many bookings of a traveller are considered, beginning with the newest."""
CANCELLED_HOLDS: Final = 2
"""So many holds that were cancelled unpaid count like one that expired. Cancelling a single hold has no cool-down, because people
change their mind.
"""


@dataclass(frozen=True, slots=True)
class FairShare:
    """`flight_seats`: the most seats of one traveller on one flight. `cool_down_minutes`: the cool-down; 0 for none."""

    flight_seats: int
    cool_down_minutes: int


class SeatRequest(Protocol):
    """The parts of a request that the rules need."""

    @property
    def booking_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def flight_ids(self) -> tuple[UUID, ...]: ...
    @property
    def seats(self) -> int: ...
    @property
    def payment_mode(self) -> PaymentMode: ...
    @property
    def owned_key(self) -> tuple[UUID, str] | None: ...


# An array, and no join: the planner would read all segments of the flight for each traveller, which grow with every booking of a
# rush.
_RECENT: Final = f"""
    FROM unnest({any_length("%(users)s", "uuid[]")}, %(flights)s::uuid[]) AS w(user_id, flight_id)
    CROSS JOIN LATERAL (
        SELECT b.id, b.seats, b.status, b.payment_mode, b.hold_expires_at, b.finished_at
        FROM bookings b WHERE b.user_id = w.user_id ORDER BY b.id DESC LIMIT %(looked_at)s
    ) AS b
    WHERE w.flight_id = ANY (ARRAY(SELECT s.flight_id FROM booking_segments s WHERE s.booking_id = b.id))
"""  # noqa: S608  # only constants
_TAKEN: Final = f"""
    SELECT w.user_id, w.flight_id, sum(b.seats)::int {_RECENT} AND b.status = ANY(%(active)s) GROUP BY w.user_id, w.flight_id
"""
_UNPAID: Final = f"""
    SELECT w.user_id, w.flight_id, max(b.finished_at) + %(minutes)s * interval '1 minute' {_RECENT}
    AND b.payment_mode = %(hold)s AND b.status = ANY(%(ended)s) AND b.hold_expires_at IS NOT NULL
      AND b.finished_at > now() - %(minutes)s * interval '1 minute'
      AND NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id AND p.status = {PaymentStatus.SUCCEEDED.sql})
    GROUP BY w.user_id, w.flight_id
    HAVING count(*) FILTER (WHERE b.status = %(expired)s) > 0 OR count(*) >= %(cancelled_holds)s
"""  # noqa: S608  # only constants of this module


def count_seats(connection: RawConnection, claims: Collection[Claim]) -> Counter[Claim]:
    """The seats that these travellers have on these flights, or may get from PENDING bookings."""
    if not claims:
        return Counter()
    rows = connection.execute(_TAKEN.encode(), {**_columns(claims), "active": list(ACTIVE)}).fetchall()
    return Counter({(user_id, flight_id): seats for user_id, flight_id, seats in rows})


def find_cool_downs(connection: RawConnection, claims: Collection[Claim], minutes: int) -> dict[Claim, datetime]:
    """For travellers with a cool-down on a flight: its end."""
    if not claims or not minutes:
        return {}
    rows = connection.execute(
        _UNPAID.encode(),
        {
            **_columns(claims),
            "minutes": minutes,
            "hold": PaymentMode.HOLD,
            "ended": [BookingStatus.EXPIRED, BookingStatus.CANCELLED],
            "expired": BookingStatus.EXPIRED,
            "cancelled_holds": CANCELLED_HOLDS,
        },
    ).fetchall()
    return {(user_id, flight_id): until for user_id, flight_id, until in rows}


def find_over_limit(connection: RawConnection, requests: Sequence[SeatRequest], limit: int) -> set[UUID]:
    """The requests with which their traveller would have more than `limit` seats on one flight. A request whose idempotency key
    was used, also earlier in this batch, is not counted, because its response is the earlier booking.

    The caller has locked the travellers (`duplicates.lock_travellers`) in an earlier statement.
    """
    taken = count_seats(connection, {(request.user_id, flight_id) for request in requests for flight_id in request.flight_ids})
    if not _too_many(requests, taken, limit, set()):
        return set()
    return _too_many(requests, taken, limit, set(find_holders(connection, (request.owned_key for request in requests))))


def _too_many(
    requests: Sequence[SeatRequest], taken: Counter[Claim], limit: int, used: set[tuple[UUID, str] | None]
) -> set[UUID]:
    taken, used = taken.copy(), used.copy()
    over_limit: set[UUID] = set()
    for request in requests:
        if request.owned_key in used:
            continue
        requested = [(request.user_id, flight_id) for flight_id in request.flight_ids]
        if any(taken[claim] + request.seats > limit for claim in requested):
            over_limit.add(request.booking_id)
            continue
        taken.update(dict.fromkeys(requested, request.seats))
        used |= {request.owned_key} if request.owned_key else set()
    return over_limit


def find_in_cool_down(connection: RawConnection, requests: Sequence[SeatRequest], minutes: int) -> dict[UUID, datetime]:
    """The requests that would open a hold during a cool-down: request -> the end of the cool-down."""
    holds = [request for request in requests if request.payment_mode is PaymentMode.HOLD]
    claims = {(request.user_id, flight_id) for request in holds for flight_id in request.flight_ids}
    cool_downs = find_cool_downs(connection, claims, minutes)
    in_cool_down: dict[UUID, datetime] = {}
    for request in holds:
        ends = [
            cool_downs[request.user_id, flight_id]
            for flight_id in request.flight_ids
            if (request.user_id, flight_id) in cool_downs
        ]
        if ends:
            in_cool_down[request.booking_id] = max(ends)
    return in_cool_down


def too_many_seats(limit: int) -> TooManySeats:
    return TooManySeats(f"You may have at most {limit} seats on one flight.", limit=limit)


def cooling_down(until: datetime) -> CoolingDown:
    return CoolingDown(
        f"You did not pay for a hold of this flight a moment ago. Pay at once, or hold it again after {until:%H:%M} UTC.",
        until=until.isoformat().replace("+00:00", "Z"),
    )


def _columns(claims: Collection[Claim]) -> dict[str, object]:
    ordered = sorted(claims)
    return {"users": [user for user, _ in ordered], "flights": [flight for _, flight in ordered], "looked_at": LOOKED_AT}
