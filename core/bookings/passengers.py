"""Passengers: who travels on a booking. Names may be corrected; the seats, their price and their inventory do not notice."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from core.bookings.errors import BookingNotFound, PassengerNotFound, PassengersFixed
from core.bookings.locking import NOT_FOUND, may_act_for
from core.bookings.states import ACTIVE, BookingStatus
from core.clock import now
from core.db import RawConnection, fetch_one
from core.errors import Invalid

BORN_AFTER: Final = date(1900, 1, 1)
AHEAD_OF_UTC: Final = timedelta(hours=14)
"""Where it is tomorrow first, babies are born tomorrow."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """A named passenger."""

    name: str
    date_of_birth: date | None = None
    contact: str | None = None

    @property
    def surname_key(self) -> str:
        return surname_key(self.name)

    def tidied(self) -> Traveller:
        """The same person without stray spaces."""
        return Traveller(_tidy(self.name), self.date_of_birth, None if self.contact is None else _tidy(self.contact))

    def faults(self, pointer: str) -> list[dict[str, str]]:
        """What is wrong with a tidied traveller; `pointer` says where they stand in the request."""
        found = []
        if not any(letter.isalpha() for letter in self.surname_key):
            found.append((f"{pointer}/name", "no_surname", "The name needs a surname, which is its last word."))
        if self.contact == "":
            found.append((f"{pointer}/contact", "too_short", "A contact is an email address or a telephone number."))
        if self.date_of_birth is not None and self.date_of_birth > (now() + AHEAD_OF_UTC).date():
            found.append((f"{pointer}/date_of_birth", "in_the_future", "Nobody is born in the future."))
        if self.date_of_birth is not None and self.date_of_birth < BORN_AFTER:
            found.append((f"{pointer}/date_of_birth", "out_of_range", f"The date must not be before {BORN_AFTER}."))
        return [dict(zip(("pointer", "code", "message"), fault, strict=True)) for fault in found]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to change of a passenger; `UNSET` stays as it is, None is taken away."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    date_of_birth: date | msgspec.UnsetType | None = msgspec.UNSET
    contact: str | msgspec.UnsetType | None = msgspec.UNSET

    def of(self, before: Traveller) -> Traveller:
        return Traveller(
            before.name if isinstance(self.name, msgspec.UnsetType) else self.name,
            before.date_of_birth if isinstance(self.date_of_birth, msgspec.UnsetType) else self.date_of_birth,
            before.contact if isinstance(self.contact, msgspec.UnsetType) else self.contact,
        )


def require_faultless(travellers: list[Traveller], pointers: list[str]) -> tuple[Traveller, ...]:
    """These travellers, tidied. `pointers`: where each stands in the request.

    Raises:
        Invalid: with every fault.
    """
    tidied = tuple(traveller.tidied() for traveller in travellers)
    faults = [fault for traveller, pointer in zip(tidied, pointers, strict=True) for fault in traveller.faults(pointer)]
    if faults:
        raise Invalid(" ".join(fault["message"] for fault in faults), errors=faults)
    return tidied


def surname_key(name: str) -> str:
    """What surnames are compared by: the last word, whatever its case, its accents composed or not. Empty for an empty name."""
    words = unicodedata.normalize("NFKC", name).split()
    return words[-1].casefold() if words else ""


@dataclass(frozen=True, slots=True)
class _Correctable:
    """What decides whether passengers may be corrected. `departed`: the first flight has left."""

    user_id: UUID
    status: BookingStatus
    departed: bool


_READ: Final = """
    SELECT b.user_id, b.status, f.departure_ts <= now() AS departed
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id AND s.position = 0 JOIN flights f ON f.id = s.flight_id
    WHERE b.id = %s
"""


def correct(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, position: int, correction: Correction) -> None:
    """Correct the `position`-th passenger (1 for the first) of a booking that has not ended or departed. `owner_id` None: an admin.

    Raises:
        BookingNotFound, PassengerNotFound, PassengersFixed
        Invalid: what is left of the passenger would not be a traveller.
    """
    booking = fetch_one(connection, _Correctable, _READ, (booking_id,))
    if booking is None or not may_act_for(owner_id, booking.user_id):
        raise BookingNotFound(NOT_FOUND)
    before = fetch_one(
        connection,
        Traveller,
        "SELECT name, date_of_birth, contact FROM passengers WHERE booking_id = %s AND position = %s FOR UPDATE",
        (booking_id, position),
    )
    if before is None:
        raise PassengerNotFound("The booking has no such passenger.")
    if booking.status not in ACTIVE or booking.departed:
        why = "The flight has departed." if booking.status in ACTIVE else f"The booking is {booking.status}."
        raise PassengersFixed(f"{why} Its passengers stay as they are.", booking_status=booking.status.value)
    (after,) = require_faultless([correction.of(before)], [""])
    connection.execute(
        """
        UPDATE passengers SET name = %s, surname_key = %s, date_of_birth = %s, contact = %s WHERE booking_id = %s AND position = %s
        """,
        (after.name, after.surname_key, after.date_of_birth, after.contact, booking_id, position),
    )


def _tidy(text: str) -> str:
    return " ".join(text.split())
