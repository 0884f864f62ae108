"""Was the same flight booked twice by mistake? Two tabs, an impatient click, a client that repeats itself without a key.

A booking of a flight that the same traveller booked a moment ago is refused, unless it says that it is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.bookings.models import PaymentMode
from core.clock import now
from core.db import RawConnection

WINDOW_MINUTES: Final = 15


class Wish(Protocol):
    """What is compared of a request."""

    @property
    def trip_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def flight_ids(self) -> tuple[UUID, ...]: ...
    @property
    def idempotency_key(self) -> str | None: ...
    @property
    def allow_duplicate(self) -> bool: ...
    @property
    def payment_mode(self) -> PaymentMode: ...


# The ids of bookings are in order of time, so a traveller's latest ones are a short range of one index. The fence (OFFSET 0) keeps
# the planner from looking for them among all bookings of a flight instead. Clocks of processes may differ by a minute.
_FIND: Final = f"""
    SELECT w.n, twin.trip_id,
           EXISTS (SELECT FROM bookings k WHERE k.user_id = w.user_id AND k.idempotency_key = w.key)
    FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::text[]) AS w(n, user_id, flight_id, key)
    LEFT JOIN LATERAL (
        SELECT recent.trip_id FROM (
            SELECT b.trip_id, b.flight_id FROM bookings b
            WHERE b.user_id = w.user_id AND b.id > %s AND b.status IN ('PENDING', 'HELD', 'CONFIRMED')
              AND b.created_at > now() - interval '{WINDOW_MINUTES} minutes'
            OFFSET 0
        ) AS recent
        WHERE recent.flight_id = w.flight_id ORDER BY recent.trip_id LIMIT 1
    ) AS twin ON true
"""  # noqa: S608  # only constants of this module


def lock_travellers(connection: RawConnection, requests: Iterable[Wish]) -> None:
    """Let nobody else book for the travellers of these requests until the transaction ends. Locks come in one order for everybody.

    Left out is who may book twice, and opens no hold that would be counted (`holds.py`).
    """
    # Ids are random in their last 62 bits. Two travellers who share a key would only wait for each other.
    travellers = {
        request.user_id for request in requests if not request.allow_duplicate or request.payment_mode is PaymentMode.HOLD
    }
    keys = sorted({int.from_bytes(user_id.bytes[8:], "big", signed=True) for user_id in travellers})
    if keys:
        connection.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::int8[]) AS k", (keys,))


def find_duplicates(connection: RawConnection, requests: Sequence[Wish]) -> dict[UUID, UUID]:
    """Requests for a flight that their traveller booked a moment ago, or asks for earlier in this batch: request -> that booking.

    Left out are requests that may be duplicates, and those whose idempotency key was used: they are that earlier booking.
    The caller has locked the travellers in an earlier statement, so that of two requests at once, in any process, one sees the other.
    """
    asked = [request for request in requests if not request.allow_duplicate]
    if not asked:
        return {}
    pairs = [(n, request, flight_id) for n, request in enumerate(asked) for flight_id in request.flight_ids]
    rows = connection.execute(
        _FIND,
        (
            [n for n, _, _ in pairs],
            [request.user_id for _, request, _ in pairs],
            [flight_id for _, _, flight_id in pairs],
            [request.idempotency_key for _, request, _ in pairs],
            id_before(timedelta(minutes=WINDOW_MINUTES + 1)),
        ),
    ).fetchall()
    replayed = {n for n, _, used in rows if used}
    twins: dict[int, UUID] = {n: twin for n, twin, _ in rows if twin is not None}
    duplicates: dict[UUID, UUID] = {}
    first: dict[tuple[UUID, UUID], Wish] = {}
    for n, request in enumerate(asked):
        if n in replayed:
            continue
        twin = twins.get(n) or _find_in_batch(request, first)
        if twin is not None:
            duplicates[request.trip_id] = twin
            continue
        for flight_id in request.flight_ids:
            first.setdefault((request.user_id, flight_id), request)
    return duplicates


def _find_in_batch(request: Wish, first: dict[tuple[UUID, UUID], Wish]) -> UUID | None:
    for flight_id in request.flight_ids:
        earlier = first.get((request.user_id, flight_id))
        same_key = (
            earlier is not None and request.idempotency_key is not None and request.idempotency_key == earlier.idempotency_key
        )
        if earlier is not None and not same_key:
            return earlier.trip_id
    return None


def id_before(age: timedelta) -> UUID:
    """The smallest id that may have been made so long ago (`core.clock.new_id`: milliseconds first)."""
    return UUID(int=int((now() - age).timestamp() * 1000) << 80)
