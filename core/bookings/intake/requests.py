"""What a traveller asks of the intake, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from core.bookings.models import PaymentMode
from core.bookings.passengers import Traveller
from core.bookings.price import Price
from core.bookings.seat_numbers.wishes import SeatWishes
from core.bookings.states import BookingStatus
from core.errors import AppError

NO_ID: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """One traveller's request for `seats` seats on each of `flight_ids`, all or none."""

    user_id: UUID
    flight_ids: tuple[UUID, ...]
    seats: int
    payment_mode: PaymentMode = PaymentMode.NONE
    payment_token: str | None = None
    idempotency_key: str | None = None
    request_hash: bytes | None = None
    """SHA-256 of the request's meaning; needed with a key."""
    passengers: tuple[Traveller, ...] = ()
    refusal: AppError | None = None
    """What the API would answer; with a key it is answered only if the key was not used before."""
    expected_total: Price | None = None
    """What the traveller saw: at another price nothing is stored."""
    allow_duplicate: bool = False
    """The traveller means it: a second booking of a flight that was booked a moment ago."""
    load_run: str | None = None
    """The load test that sent it."""
    seat_numbers: SeatWishes | None = None
    """The seats that the traveller wants; None: whichever."""
    booking_id: UUID = NO_ID
    """Given by the intake."""

    @property
    def owned_key(self) -> tuple[UUID, str] | None:
        """Whose key it is; one booking answers to it."""
        return (self.user_id, self.idempotency_key) if self.idempotency_key else None


@dataclass(frozen=True, slots=True)
class Accepted:
    """On disk. `replayed`: the same key and request were accepted before, and this is that booking."""

    booking_id: UUID
    status: BookingStatus = BookingStatus.PENDING
    replayed: bool = False


Answer: TypeAlias = Accepted | AppError
