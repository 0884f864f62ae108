"""The requests that the intake receives, and its results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from core.bookings.models import PaymentMode
from core.bookings.passengers import Traveller
from core.bookings.price import Price
from core.bookings.seat_numbers.requested import RequestedSeats
from core.bookings.states import BookingStatus
from core.errors import AppError
from core.telemetry.tracing.spans import TraceParent

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
    """SHA-256 of the content of the request; required with a key."""
    passengers: tuple[Traveller, ...] = ()
    refusal: AppError | None = None
    """An error that the API has found already. With a key it is only answered if the key was not used before."""
    expected_total: Price | None = None
    """The total price that the traveller saw. If the price is another one now, the booking is refused."""
    allow_duplicate: bool = False
    """The traveller wants a second booking of a flight that was booked a few minutes ago."""
    load_run: str | None = None
    """The name of the load test that sent the request."""
    seat_numbers: RequestedSeats | None = None
    """The seat numbers that the traveller wants; None: any seats."""
    trace: TraceParent | None = None
    """The trace context of the request; None: it is not traced."""
    booking_id: UUID = NO_ID
    """Assigned by the intake."""

    @property
    def owned_key(self) -> tuple[UUID, str] | None:
        """User and idempotency key; there is at most one booking for this pair. None without a key."""
        return (self.user_id, self.idempotency_key) if self.idempotency_key else None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The booking is stored. `replayed`: the same request with the same key was accepted before, and this is that booking."""

    booking_id: UUID
    status: BookingStatus = BookingStatus.PENDING
    replayed: bool = False


IntakeResult: TypeAlias = Accepted | AppError
