"""Pick seats for bookings that are about to be stored: all seats of a booking or none, in the order in which the requests arrived.

If two requests name the same seat, the first gets it. The other booking is refused with an error that names the seat, and is not stored.
A request for the best seats is never refused because of seat numbers: if none are found, the booking is stored without them, and they
can be picked later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from core.bookings.intake.insert import FlightTerms
from core.bookings.intake.requests import BookingRequest
from core.bookings.seat_numbers import rows
from core.bookings.seat_numbers.requested import BEST
from core.bookings.seat_numbers.rows import Pick
from core.db import RawConnection
from core.errors import AppError
from core.seats.cabins.best import find_best

TRIES: Final = 3
"""How often the best seats are searched, if other transactions have taken them in the meantime."""


def pick(
    connection: RawConnection, requests: Sequence[BookingRequest], terms: Mapping[UUID, FlightTerms]
) -> dict[UUID, AppError]:
    """Store the seat numbers of these requests, which exist in the cabins. Returns the refused requests: booking -> error."""
    refused: dict[UUID, AppError] = {}
    left = [request for request in requests if request.seat_numbers is not None]
    for _ in range(TRIES):
        if not left:
            break
        left = _pick(connection, left, terms, refused)
    return refused


def _pick(
    connection: RawConnection,
    requests: Sequence[BookingRequest],
    terms: Mapping[UUID, FlightTerms],
    refused: dict[UUID, AppError],
) -> list[BookingRequest]:
    """One attempt. Returns the requests for the best seats that need another one, because other transactions took the seats at this moment."""
    taken = rows.read_taken(
        connection,
        {flight_id for request in requests if request.seat_numbers == BEST for flight_id in request.flight_ids},
        {(pick.flight_id, pick.seat_number) for request in requests for pick in _exact(request)},
    )
    picks: list[Pick] = []
    for request in requests:
        wanted = _best(request, terms, taken) if request.seat_numbers == BEST else _exact(request)
        gone = [(pick.flight_id, pick.seat_number) for pick in wanted if pick.seat_number in taken.get(pick.flight_id, ())]
        if gone:
            refused[request.booking_id] = rows.taken(gone)
            continue
        picks += wanted
        for pick in wanted:
            taken.setdefault(pick.flight_id, set()).add(pick.seat_number)
    lost: dict[UUID, list[tuple[UUID, str]]] = {}
    for pick in rows.insert(connection, picks):
        lost.setdefault(pick.booking_id, []).append((pick.flight_id, pick.seat_number))
    rows.give_back(connection, lost)
    again = [request for request in requests if request.booking_id in lost and request.seat_numbers == BEST]
    refused |= {
        request.booking_id: rows.taken(lost[request.booking_id])
        for request in requests
        if request.booking_id in lost and request.seat_numbers != BEST
    }
    return again


def _exact(request: BookingRequest) -> list[Pick]:
    if request.seat_numbers is None or request.seat_numbers == BEST:
        return []
    return [
        Pick(flight_id, seat, request.booking_id, position, traveller)
        for position, (flight_id, seats) in enumerate(zip(request.flight_ids, request.seat_numbers, strict=True))
        for traveller, seat in enumerate(seats, start=1)
    ]


def _best(request: BookingRequest, terms: Mapping[UUID, FlightTerms], taken: Mapping[UUID, set[str]]) -> list[Pick]:
    picks: list[Pick] = []
    for position, flight_id in enumerate(request.flight_ids):
        cabin = terms[flight_id].layout
        found = find_best(cabin, taken.get(flight_id, ()), request.seats) if cabin else None
        picks += [
            Pick(flight_id, seat, request.booking_id, position, traveller) for traveller, seat in enumerate(found or (), start=1)
        ]
    return picks
