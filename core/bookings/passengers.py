"""The passengers of a booking. Names can be added and corrected; that does not change seats, price or inventory."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from core.bookings import surnames
from core.bookings.errors import BookingNotFound, PassengerNotFound, PassengersFixed
from core.bookings.locking import NOT_FOUND, may_act_for
from core.bookings.states import ACTIVE, BookingStatus
from core.clock import now
from core.db import RawConnection, fetch_one
from core.errors import FieldError, Invalid
from core.mail import mail_requests
from core.mail.models import TicketChange
from core.text.characters import UnusableCharacter, clean, strip_invisible

BORN_AFTER: Final = date(1900, 1, 1)
AHEAD_OF_UTC: Final = timedelta(hours=14)
"""The time zone that is furthest ahead of UTC: a date of birth may be today's date there."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """A named passenger."""

    name: str
    date_of_birth: date | None = None
    contact: str | None = None

    @property
    def surname_key(self) -> str:
        return surname_key(self.name)

    @property
    def surname_keys(self) -> list[str]:
        """The keys of all surnames that the name may have, in order."""
        return sorted(surnames.keys_of_name(self.name))

    def tidied(self) -> Traveller:
        """A copy without superfluous spaces and invisible characters."""
        return Traveller(
            _tidy(strip_invisible(self.name)), self.date_of_birth, None if self.contact is None else _tidy(self.contact)
        )

    def faults(self, pointer: str) -> list[FieldError]:
        """The faults of a tidied traveller. `pointer`: the traveller's place in the request."""
        found = []
        if not any(letter.isalpha() for letter in self.surname_key):
            found.append((f"{pointer}/name", "no_surname", "The name needs a surname, which is its last word."))
        if self.contact == "":
            found.append((f"{pointer}/contact", "too_short", "A contact is an email address or a telephone number."))
        if self.date_of_birth is not None and self.date_of_birth > (now() + AHEAD_OF_UTC).date():
            found.append((f"{pointer}/date_of_birth", "in_the_future", "The date of birth is in the future."))
        if self.date_of_birth is not None and self.date_of_birth < BORN_AFTER:
            found.append((f"{pointer}/date_of_birth", "out_of_range", f"The date of birth must not be before {BORN_AFTER}."))
        return [{"pointer": where, "code": code, "message": message} for where, code, message in found]


@dataclass(frozen=True, slots=True)
class Correction:
    """The changes of a passenger. `UNSET`: keep the value. None: remove it."""

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
    """These travellers, tidied. `pointers`: the place of each in the request.

    Raises:
        Invalid: with all faults.
    """
    tidied = tuple(traveller.tidied() for traveller in travellers)
    faults = [
        fault for traveller, pointer in zip(travellers, pointers, strict=True) for fault in _unusable(traveller.name, pointer)
    ]
    faults += [fault for traveller, pointer in zip(tidied, pointers, strict=True) for fault in traveller.faults(pointer)]
    if faults:
        raise Invalid.fields(faults)
    return tidied


def surname_key(name: str) -> str:
    """The key for look-ups by surname: the last word of the name, case-folded and in one Unicode normal form. Empty for an empty
    name.
    """
    words = unicodedata.normalize("NFKC", name).split()
    return words[-1].casefold() if words else ""


def _unusable(name: str, pointer: str) -> list[FieldError]:
    try:
        clean(name.strip())
    except UnusableCharacter as error:
        return [{"pointer": f"{pointer}/name", "code": "bad_format", "message": str(error)}]
    return []


@dataclass(frozen=True, slots=True)
class _Correctable:
    """What decides whether passengers may be named. `departed`: the first flight has left."""

    user_id: UUID
    status: BookingStatus
    seats: int
    departed: bool


_LOCK: Final = """
    SELECT b.user_id, b.status, b.seats, f.departure_ts <= now() AS departed
    FROM bookings b JOIN booking_segments s ON s.booking_id = b.id AND s.position = 0 JOIN flights f ON f.id = s.flight_id
    WHERE b.id = %s FOR NO KEY UPDATE OF b
"""
_STORE: Final = """
    INSERT INTO passengers (booking_id, position, name, surname_key, surname_keys, date_of_birth, contact) VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (booking_id, position) DO UPDATE
    SET name = excluded.name, surname_key = excluded.surname_key, surname_keys = excluded.surname_keys,
        date_of_birth = excluded.date_of_birth, contact = excluded.contact
"""


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of the passenger at `position` (1 for the first), or a new passenger if that is None. `pointer`: its place in the request."""

    position: int | None
    correction: Correction
    pointer: str


def correct(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, position: int, correction: Correction) -> None:
    """Correct the `position`-th passenger (1 for the first) of a booking that has not ended or departed. `owner_id`: None for an
    administrator.

    Raises:
        BookingNotFound, PassengerNotFound, PassengersFixed
        Invalid: the corrected passenger would break a rule.
    """
    name_passengers(connection, booking_id, owner_id, [Naming(position, correction, "")])


def name_passengers(connection: RawConnection, booking_id: UUID, owner_id: UUID | None, wanted: Sequence[Naming]) -> None:
    """Add passengers to a booking that has not ended or departed, and correct others: all or none. `owner_id`: None for an administrator.
    If names on a ticket change, the traveller gets the new one by mail.

    Raises:
        BookingNotFound, PassengerNotFound, PassengersFixed
        Invalid: there are more passengers than seats, a position occurs twice, or a corrected passenger would break a rule.
    """
    booking = fetch_one(connection, _Correctable, _LOCK, (booking_id,))
    if booking is None or not may_act_for(owner_id, booking.user_id):
        raise BookingNotFound(NOT_FOUND)
    known = _read(connection, booking_id)
    positions = [naming.position for naming in wanted if naming.position is not None]
    if not set(positions) <= set(known):
        raise PassengerNotFound("The booking has no such traveller. Leave `position` out to add somebody.")
    if booking.status not in ACTIVE or booking.departed:
        why = "The flight has departed." if booking.status in ACTIVE else f"The booking is {booking.status}."
        raise PassengersFixed(f"{why} Its travellers stay as they are.", booking_status=booking.status.value)
    if len(set(positions)) < len(positions):
        raise Invalid.field("/passengers", "duplicate", "One position is there twice. Name each traveller once.")
    added = len(wanted) - len(positions)
    if len(known) + added > booking.seats:
        raise Invalid.field(
            "/passengers", "too_many", f"The booking has {booking.seats} seats and names {len(known)} travellers."
        )
    free = iter(range(max(known, default=0) + 1, max(known, default=0) + 1 + added))
    places = [next(free) if naming.position is None else naming.position for naming in wanted]
    after = [naming.correction.of(known.get(place, _NOBODY)) for naming, place in zip(wanted, places, strict=True)]
    travellers = require_faultless(after, [naming.pointer for naming in wanted])
    for place, person in zip(places, travellers, strict=True):
        keys = person.surname_key, person.surname_keys
        connection.execute(_STORE, (booking_id, place, person.name, *keys, person.date_of_birth, person.contact))
    renamed = any(person.name != known.get(place, _NOBODY).name for place, person in zip(places, travellers, strict=True))
    if renamed and booking.status is BookingStatus.CONFIRMED:  # before that there is no ticket
        mail_requests.add_for_changed_ticket(connection, booking_id, TicketChange.NAMES)


_NOBODY: Final = Traveller("")


def _read(connection: RawConnection, booking_id: UUID) -> dict[int, Traveller]:
    """The passengers of a booking whose row the caller has locked, by their positions."""
    rows = connection.execute(
        "SELECT position, name, date_of_birth, contact FROM passengers WHERE booking_id = %s", (booking_id,)
    ).fetchall()
    return {position: Traveller(name, born, contact) for position, name, born, contact in rows}


def _tidy(text: str) -> str:
    return " ".join(text.split())
