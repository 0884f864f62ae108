"""Accept bookings: store a batch of requests as PENDING bookings in one transaction. The response 202 is sent after its commit.

The requests that arrive while one batch is committed form the next batch (`core/batching.py`): single requests when there is
little load, hundreds under high load, all with one fsync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import psycopg
import structlog

from core.bookings import price, segments
from core.bookings.errors import (
    NotAccepted,
    PossibleDuplicate,
    TooManyHolds,
)
from core.bookings.intake import duplicates, fair_share, holds, insert
from core.bookings.intake.fair_share import FairShare
from core.bookings.intake.idempotency import KeyHolder, find_holders
from core.bookings.intake.insert import FlightTerms
from core.bookings.intake.references import REFERENCE_TRIES
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.bookings.intake.rules import BookingRules
from core.bookings.seat_numbers import picking, rows
from core.bookings.seat_numbers.requested import find_fault
from core.db import RawConnection
from core.errors import AppError
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.users.tokens import AccountGone

_log = structlog.get_logger(__name__)


def accept(connection: RawConnection, requests: Sequence[BookingRequest], rules: BookingRules) -> list[IntakeResult]:
    """Store the requests that can be accepted, and return a result for each request, in order. A request that is answered with
    an error is not stored. The requests must have ids.

    Raises:
        psycopg.Error: Postgres refused one of them. `explain` makes the response for its traveller.
    """
    duplicates.lock_travellers(connection, (request.user_id for request in requests))
    terms = insert.lock_terms(connection, requests)
    results: list[IntakeResult | None] = [_refusal(request, terms) for request in requests]
    results = _apply_fair_share(connection, requests, results, rules.fair_share)
    # The limit of holds is checked first: a request that is refused here must not make another request a duplicate.
    excess = holds.find_excess(connection, _open(requests, results), rules.hold_limit)
    results = [
        _too_many(rules.hold_limit) if request.booking_id in excess else result
        for request, result in zip(requests, results, strict=True)
    ]
    duplicate_of = duplicates.find_duplicates(connection, _open(requests, results), minutes=rules.duplicate_minutes)
    results = [
        _possible_duplicate(duplicate_of[request.booking_id]) if request.booking_id in duplicate_of else result
        for request, result in zip(requests, results, strict=True)
    ]
    # Seat numbers are picked last, so that no request takes a seat number and is then refused for another reason.
    refusals = picking.pick(connection, _open(requests, results), terms)
    results = [refusals.get(request.booking_id, result) for request, result in zip(requests, results, strict=True)]
    to_store = picked = _open(requests, results)
    stored: set[UUID] = set()
    earlier: dict[tuple[UUID, str], KeyHolder] = {}
    for _ in range(REFERENCE_TRIES):
        stored |= insert.store(connection, to_store, terms) if to_store else set()
        # If the idempotency key was used before, the response is its booking, even if the flight cannot be booked any more.
        earlier = find_holders(connection, (request.owned_key for request in requests if request.booking_id not in stored))
        # A request that was not stored, although its key is new, got a reference that exists already. It gets another one.
        to_store = [each for each in to_store if each.booking_id not in stored and each.owned_key not in earlier]
        if not to_store:
            break
    numbered = [request.booking_id for request in picked if request.seat_numbers is not None]
    rows.give_back(connection, [booking_id for booking_id in numbered if booking_id not in stored])
    return [
        Accepted(request.booking_id)
        if request.booking_id in stored
        else _replay(request, earlier) or result or NotAccepted(_NOT_STORED)
        for request, result in zip(requests, results, strict=True)
    ]


def _open(requests: Sequence[BookingRequest], results: Sequence[IntakeResult | None]) -> list[BookingRequest]:
    """The requests without a result so far."""
    return [request for request, result in zip(requests, results, strict=True) if result is None]


def _refusal(request: BookingRequest, terms: Mapping[UUID, FlightTerms]) -> AppError | None:
    if request.refusal is not None:
        return request.refusal
    for flight_id in request.flight_ids:
        flight = terms.get(flight_id)
        if flight is None:
            return FlightNotFound("There is no such flight.", flight_id=str(flight_id))
        if flight.cancelled:
            return FlightCancelled("The airline has cancelled this flight.", flight_id=str(flight_id))
        if flight.departed:
            return FlightDeparted("This flight has departed.", flight_id=str(flight_id))
    flights = [terms[flight_id] for flight_id in request.flight_ids]
    return (
        segments.find_flaw(flights)
        or price.find_change(request.expected_total, flights, request.seats)
        or find_fault(request.seat_numbers, [flight.layout for flight in flights], request.seats)
    )


def _apply_fair_share(
    connection: RawConnection, requests: Sequence[BookingRequest], results: Sequence[IntakeResult | None], share: FairShare
) -> list[IntakeResult | None]:
    open_requests = [request for request, result in zip(requests, results, strict=True) if result is None]
    in_cool_down = fair_share.find_in_cool_down(connection, open_requests, share.cool_down_minutes)
    allowed = [request for request in open_requests if request.booking_id not in in_cool_down]
    over_limit = fair_share.find_over_limit(connection, allowed, share.flight_seats)
    refusals: dict[UUID, IntakeResult] = {
        booking_id: fair_share.cooling_down(until) for booking_id, until in in_cool_down.items()
    }
    refusals |= {booking_id: fair_share.too_many_seats(share.flight_seats) for booking_id in over_limit}
    return [result or refusals.get(request.booking_id) for request, result in zip(requests, results, strict=True)]


def _possible_duplicate(earlier: UUID) -> PossibleDuplicate:
    return PossibleDuplicate(
        "You booked this flight a moment ago. To book it again, send allow_duplicate: true.", booking_id=str(earlier)
    )


def _too_many(limit: int) -> TooManyHolds:
    return TooManyHolds(f"You may have {limit} unpaid bookings at a time. Pay for one of them, or cancel it.", limit=limit)


def _replay(request: BookingRequest, holders: Mapping[tuple[UUID, str], KeyHolder]) -> IntakeResult | None:
    earlier = holders.get(request.owned_key) if request.owned_key else None
    if earlier is None:
        return None
    if earlier.request_hash != request.request_hash:
        return IdempotencyKeyReused("This Idempotency-Key was used for a different request. Use a new key for a new request.")
    return Accepted(earlier.id, earlier.status, replayed=True)


_NOT_STORED: Final = "The booking could not be stored as it is."


def explain(request: BookingRequest, refusal: psycopg.Error) -> AppError:
    """The response for a single request that Postgres refused. What is not a fault of the client is logged."""
    if isinstance(refusal, psycopg.errors.ForeignKeyViolation):
        return AccountGone()
    _log.error(
        "a booking cannot be stored",
        booking_id=str(request.booking_id),
        user_id=str(request.user_id),
        flights=[str(flight_id) for flight_id in request.flight_ids],
        error=repr(refusal),
    )
    return NotAccepted(_NOT_STORED)
