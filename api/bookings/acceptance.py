"""Accept a booking: the checks that every request passes, on the fast path (`fast_path.py`) and in the handler (`controller.py`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from api.bookings.bodies import BookingBody
from api.http.authentication import Forbidden
from api.http.idempotency import REPLAYED
from api.http.polling import retry_after_header, wait_seconds
from api.limits import rate_limits
from api.live.seat_count_cache import SeatCountCache
from api.services import Services
from core.bookings.errors import PaymentRequired, SeatsSoldOut
from core.bookings.intake.requests import Accepted, BookingRequest
from core.bookings.states import BookingStatus
from core.errors import Invalid
from core.jobs.status import Job
from core.ratelimit.limits import Scope
from core.settings import Settings
from core.users.tokens import AccountGone, Principal


class BookingAccepted(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The booking is stored on disk, and will reach a final status. `job`: its state, if the request preferred to wait and it could be read."""

    job_id: UUID
    booking_id: UUID
    status: BookingStatus
    status_url: str
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class AcceptedResponse:
    """Body and headers of the response 202."""

    content: BookingAccepted
    headers: dict[str, str]


async def accept(
    services: Services,
    principal: Principal,
    data: BookingBody,
    *,
    state: dict[str, Any],
    idempotency_key: str | None,
    prefer: str | None,
    load_run: str | None,
) -> AcceptedResponse:
    """Store the booking. It is committed when this returns. With `Prefer: wait=n` it returns when the booking is final, or after
    n seconds. `state`: of the request.

    Raises:
        AppError: the booking was refused, and nothing is stored.
    """
    traveller = _traveller(data.user_id, principal)
    live = services.live
    flights = data.flights()
    refusal = _find_unpaid(data, services.settings) or _find_sold_out(live.seat_counts, flights, data.seats)
    if refusal is not None and idempotency_key is None:
        raise refusal
    live.backlog.check(traveller)
    await rate_limits.count(state, services.limiter, Scope.BOOKING_USER, principal.user_id)
    booking_request = BookingRequest(
        user_id=traveller,
        flight_ids=flights,
        seats=data.seats,
        payment_mode=data.mode(),
        payment_token=data.payment.token if data.payment else None,
        passengers=data.travellers(),
        idempotency_key=idempotency_key,
        request_hash=_content_hash(data, traveller) if idempotency_key else None,
        refusal=refusal,
        expected_total=data.price(),
        allow_duplicate=data.allow_duplicate,
        seat_numbers=data.requested_seats(),
        load_run=load_run,
    )
    try:
        accepted = await live.intake.accept(booking_request)
    except AccountGone:
        if traveller != principal.user_id:
            raise Invalid.field("/user_id", "unknown_user", "There is no account with this id.") from None
        raise
    seconds = wait_seconds(prefer)
    job = await live.jobs.follow(accepted.booking_id, seconds, is_new=not accepted.replayed) if seconds else None
    return _accepted(accepted, job, waited=seconds, retry_after=retry_after_header(live.backlog.seconds_until_done(None)))


def _find_unpaid(data: BookingBody, settings: Settings) -> Invalid | None:
    if settings.booking.require_payment == "off" or data.payment is not None:
        return None
    return PaymentRequired.field("/payment", "missing", "A booking needs a token, or hold: true.")


def _find_sold_out(seat_counts: SeatCountCache, flights: tuple[UUID, ...], seats: int) -> SeatsSoldOut | None:
    """Refuse a booking of a flight that is sold out, by the seat counts that this process has in memory. A repeated request is not refused
    here, because its own booking may have the last seats.
    """
    for flight_id in flights:
        free = seat_counts.cached(flight_id)
        if free is not None and free < seats:
            seat_counts.refresh(flight_id)
            return SeatsSoldOut("Fewer seats are free than you asked for.", flight_id=str(flight_id))
    return None


def _traveller(user_id: UUID | None, principal: Principal) -> UUID:
    if user_id is None or user_id == principal.user_id:
        return principal.user_id
    if principal.is_admin:
        return user_id
    raise Forbidden("Only an administrator may book for somebody else.")


def _content_hash(data: BookingBody, traveller: UUID) -> bytes:
    """A hash of the content of the request. It does not depend on the order and the spacing of the JSON."""
    content = (traveller, data.flights(), data.seats, data.payment, data.passengers)
    seen, seats = data.price(), data.requested_seats()
    # These are only included if they were sent, so that keys of a former release still match their requests.
    more = [each for each in (None if seen is None else seen.as_data(), seats) if each is not None]
    return hashlib.sha256(msgspec.json.encode((*content, *more))).digest()


def _accepted(accepted: Accepted, job: Job | None, *, waited: int, retry_after: str) -> AcceptedResponse:
    status_url = f"/api/v1/jobs/{accepted.booking_id}"
    headers = {"location": status_url, "retry-after": retry_after}
    if accepted.replayed:
        headers[REPLAYED] = "true"
    if waited:
        headers["preference-applied"] = f"wait={waited}"
    status = job.booking.status if job and job.booking else accepted.status
    content = BookingAccepted(
        job_id=accepted.booking_id, booking_id=accepted.booking_id, status=status, status_url=status_url, job=job
    )
    return AcceptedResponse(content, headers)
