"""Refuse possible duplicates: a booking of a flight that the same traveller booked a few minutes ago, by mistake (two tabs, a
double click, a client that repeats a request without an idempotency key).

With `allow_duplicate` such a booking is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.bookings.states import ACTIVE
from core.clock import first_id_at, now
from core.db import RawConnection, fetch
from core.db.planning import any_length

CLOCK_DIFFERENCE: Final = timedelta(minutes=1)
"""The most by which the clock of a process (used for ids) and the clock of the database (used for `created_at`) may differ."""


class Compared(Protocol):
    """The parts of a request that are compared."""

    @property
    def booking_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def flight_ids(self) -> tuple[UUID, ...]: ...
    @property
    def idempotency_key(self) -> str | None: ...
    @property
    def allow_duplicate(self) -> bool: ...


# The ids of bookings are in order of time, so a traveller's latest ones are a short range of one index. OFFSET 0 keeps the planner
# from looking for them among all bookings of a flight instead, and so does an array where a join would say the same.
# LIMIT keeps the planner from reading the keys of all bookings into a hash table, which it may do for EXISTS.
_FIND: Final = f"""
    SELECT w.n, duplicate.id AS earlier,
           (SELECT true FROM bookings k WHERE k.user_id = w.user_id AND k.idempotency_key = w.key LIMIT 1) IS NOT NULL AS is_replay
    FROM unnest(%(ns)s::int[], {any_length("%(users)s", "uuid[]")}, %(flights)s::uuid[], %(keys)s::text[]) AS w(n, user_id, flight_id, key)
    LEFT JOIN LATERAL (
        SELECT recent.id FROM (
            SELECT b.id FROM bookings b
            WHERE b.user_id = w.user_id AND b.id > %(since)s AND b.status = ANY(%(active)s)
              AND b.created_at > now() - %(minutes)s * interval '1 minute'
            OFFSET 0
        ) AS recent
        WHERE w.flight_id = ANY (ARRAY(SELECT s.flight_id FROM booking_segments s WHERE s.booking_id = recent.id))
        ORDER BY recent.id LIMIT 1
    ) AS duplicate ON true
"""  # noqa: S608  # only constants


@dataclass(frozen=True, slots=True)
class _Found:
    """The result for the `n`-th request and one of its flights. `earlier`: the earlier booking of the flight. `is_replay`: the idempotency
    key of the request was used.
    """

    n: int
    earlier: UUID | None
    is_replay: bool


def lock_travellers(connection: RawConnection, user_ids: Iterable[UUID]) -> None:
    """Lock these travellers until the transaction ends, so that no other transaction books or joins a waiting list for them. The
    locks are taken in one order, and before those of flights.
    """
    # The key is the last part of the id, which is random. If two travellers have the same key, one waits for the other; that is
    # harmless.
    keys = sorted({int.from_bytes(user_id.bytes[8:], "big", signed=True) for user_id in user_ids})
    if keys:
        connection.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::int8[]) AS k", (keys,))


def find_duplicates(connection: RawConnection, requests: Sequence[Compared], *, minutes: int) -> dict[UUID, UUID]:
    """The requests for a flight that their traveller booked in the last `minutes`, or earlier in this batch: request -> that booking.

    Requests with `allow_duplicate` are left out, and so are requests whose idempotency key was used, because their response is the
    earlier booking. The caller must have locked the travellers in an earlier statement; so of two requests at the same time, the second one
    finds the booking of the first.
    """
    checked = [request for request in requests if not request.allow_duplicate]
    if not checked:
        return {}
    pairs = [(n, request, flight_id) for n, request in enumerate(checked) for flight_id in request.flight_ids]
    rows = fetch(
        connection,
        _Found,
        _FIND,
        {
            "ns": [n for n, _, _ in pairs],
            "users": [request.user_id for _, request, _ in pairs],
            "flights": [flight_id for _, _, flight_id in pairs],
            "keys": [request.idempotency_key for _, request, _ in pairs],
            "since": first_id_at(now() - timedelta(minutes=minutes) - CLOCK_DIFFERENCE),
            "active": list(ACTIVE),
            "minutes": minutes,
        },
    )
    replayed = {row.n for row in rows if row.is_replay}
    booked: dict[int, UUID] = {row.n: row.earlier for row in rows if row.earlier is not None}
    duplicates: dict[UUID, UUID] = {}
    first: dict[tuple[UUID, UUID], Compared] = {}
    for n, request in enumerate(checked):
        if n in replayed:
            continue
        earlier = booked.get(n) or _find_in_batch(request, first)
        if earlier is not None:
            duplicates[request.booking_id] = earlier
            continue
        for flight_id in request.flight_ids:
            first.setdefault((request.user_id, flight_id), request)
    return duplicates


def _find_in_batch(request: Compared, first: dict[tuple[UUID, UUID], Compared]) -> UUID | None:
    for flight_id in request.flight_ids:
        earlier = first.get((request.user_id, flight_id))
        same_key = (
            earlier is not None and request.idempotency_key is not None and request.idempotency_key == earlier.idempotency_key
        )
        if earlier is not None and not same_key:
            return earlier.booking_id
    return None
