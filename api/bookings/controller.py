"""Bookings: accept at once, list, look up, cancel."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from api.bookings.bodies import BookingBody
from api.bookings.lookups import slow_by_reference
from api.http.addresses import limited_by_address
from api.http.authentication import Forbidden, limited
from api.http.idempotency import REPLAYED, IdempotencyKey
from api.http.polling import ask_again_in
from api.http.prefer import wait_seconds
from api.live.seat_count_cache import SeatCountCache
from api.services import Services, SignedRequest
from core.bookings import queries
from core.bookings.desk import DeskView
from core.bookings.errors import (
    BookingNotFound,
    NotAccepted,
    NotCancellable,
    PaymentRequired,
    PossibleDuplicate,
    PriceChanged,
    SeatsSoldOut,
    TooManyHolds,
)
from core.bookings.requests import Accepted, BookingRequest
from core.bookings.segments import MixedCurrencies, NotChronological
from core.bookings.states import BookingStatus
from core.bookings.views import BookingView
from core.errors import Invalid, Overloaded
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.idempotency.answers import IdempotencyKeyReused
from core.jobs.status import Job
from core.lifecycle import cancel as cancelling
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope
from core.settings import Settings
from core.text import VISIBLE
from core.users.tokens import AccountGone, Principal

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        required=False,
        max_length=200,
        description="`wait=n`: answer when it is done, or after n seconds (25 at most).",
    ),
]

REFUSALS: Final = (
    Forbidden,
    PaymentRequired,
    FlightNotFound,
    SeatsSoldOut,
    FlightDeparted,
    FlightCancelled,
    PossibleDuplicate,
    PriceChanged,
    TooManyHolds,
    IdempotencyKeyReused,
    NotChronological,
    MixedCurrencies,
    NotAccepted,
    RateLimited,
    Overloaded,
)
"""What `createBooking` answers instead of 202, for the documentation."""


class BookingAccepted(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The booking is on disk and will end. `job` is there when the request preferred to wait, and the job could be read."""

    job_id: UUID
    booking_id: UUID
    status: BookingStatus
    status_url: str
    job: Job | None = None


class BookingPage(msgspec.Struct):
    data: list[BookingView]
    next_cursor: UUID | None


class BookingController(Controller):
    """The traveller's bookings. Every handler sees only the caller's own, unless the caller is an admin."""

    path = "/api/v1"
    tags = ("bookings",)

    @post(
        ["/booking", "/bookings"],
        operation_id="createBooking",
        summary="Book seats",
        status_code=HTTPStatus.ACCEPTED,
        opt={"errors": REFUSALS},
    )
    async def create(
        self,
        data: JSONBody[BookingBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[BookingAccepted]:
        """Accept a booking. 202 means that it is on disk: it reaches exactly one final state, whatever breaks meanwhile."""
        principal = request.user
        traveller = _traveller(data.user_id, principal)
        live = services.live
        flights = data.flights()
        refusal = _find_unpaid(data, services.settings) or _find_sold_out(live.board, flights, data.seats)
        if refusal is not None and idempotency_key is None:
            raise refusal
        live.backlog.check()
        await services.limiter.check(Scope.BOOKING_USER, principal.user_id)
        wish = BookingRequest(
            user_id=traveller,
            flight_ids=flights,
            seats=data.seats,
            payment_mode=data.mode(),
            payment_token=data.payment.token if data.payment else None,
            passengers=data.people(),
            idempotency_key=idempotency_key,
            request_hash=_meaning(data, traveller) if idempotency_key else None,
            refusal=refusal,
            expected_total=data.price(),
            allow_duplicate=data.allow_duplicate,
        )
        try:
            accepted = await live.desk.accept(wish)
        except AccountGone:
            if traveller != principal.user_id:
                raise Invalid.field("/user_id", "unknown_user", "There is no such user.") from None
            raise
        seconds = wait_seconds(prefer)
        job = await live.jobs.follow(accepted.booking_id, seconds) if seconds else None
        return _accepted(accepted, job, waited=seconds, ask_again=ask_again_in(live.backlog.seconds_until_done(None)))

    @get("/bookings", operation_id="listBookings", summary="My bookings", sync_to_thread=True)
    def list(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        status: FromQuery[BookingStatus | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        cursor: FromQuery[UUID | None] = None,
    ) -> BookingPage:
        """My bookings, newest first. `next_cursor` is the `cursor` of the next page."""
        with services.db.snapshot() as connection:
            views, following = queries.list_bookings(connection, request.user.user_id, status=status, before=cursor, limit=limit)
        return BookingPage(views, following)

    @get(
        "/bookings/{booking_id:uuid}",
        operation_id="getBooking",
        summary="One booking",
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def read(self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> BookingView:
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))

    @get(
        "/bookings/by-reference/{reference:str}",
        operation_id="getBookingByReference",
        summary="One booking by its record locator",
        guards=(limited(Scope.LOOKUP_USER), limited_by_address(Scope.LOOKUP_ADDRESS), slow_by_reference),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def read_by_reference(
        self,
        reference: FromPath[str],
        request: SignedRequest,
        services: NamedDependency[Services],
        surname: Annotated[str | None, QueryParameter(min_length=1, max_length=100, pattern=VISIBLE, required=False)] = None,
    ) -> BookingView | DeskView:
        """My own booking; or, with the surname of one of its passengers, of anybody's booking what a desk needs to check them in."""
        with services.db.snapshot() as connection:
            return queries.get_by_reference(connection, reference, owner(request.user), surname)

    @delete(
        "/bookings/{booking_id:uuid}",
        operation_id="cancelBooking",
        summary="Cancel a booking",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NotCancellable)},
    )
    def cancel(self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> BookingView:
        """Quote and confirm in one step: give the seats and the money back once. The answer is the cancelled booking."""
        with services.db.transaction() as connection:
            after = cancelling.cancel(
                connection,
                booking_id,
                owner(request.user),
                services.settings.fares,
                hold_minutes=services.settings.booking.hold_minutes,
            )
        after.run(services.redis, services.live.dispatcher)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))


def _find_unpaid(data: BookingBody, settings: Settings) -> Invalid | None:
    if settings.booking.require_payment == "off" or data.payment is not None:
        return None
    return PaymentRequired.field("/payment", "missing", "A booking needs a token, or hold: true.")


def _find_sold_out(board: SeatCountCache, flights: tuple[UUID, ...], seats: int) -> SeatsSoldOut | None:
    """What this process knows without I/O. A repeated request must not hear it: its seats may be why there are none."""
    for flight_id in flights:
        known = board.known(flight_id)
        if known is not None and known < seats:
            return SeatsSoldOut("Fewer seats are left than you asked for.", flight_id=str(flight_id))
    return None


def _traveller(user_id: UUID | None, principal: Principal) -> UUID:
    if user_id is None or user_id == principal.user_id:
        return principal.user_id
    if principal.is_admin:
        return user_id
    raise Forbidden("Only an administrator may book for somebody else.")


def owner(principal: Principal) -> UUID | None:
    """Whose bookings `principal` may see: None means everybody's."""
    return None if principal.is_admin else principal.user_id


def _meaning(data: BookingBody, traveller: UUID) -> bytes:
    """Two requests that mean the same have the same hash, however their JSON was spelt."""
    said = (traveller, data.flights(), data.seats, data.payment, data.passengers)
    seen = data.price()
    # What was not said is left out, so that a request of the time before it could be said still means the same.
    return hashlib.sha256(msgspec.json.encode(said if seen is None else (*said, seen.as_data()))).digest()


def _accepted(accepted: Accepted, job: Job | None, *, waited: int, ask_again: str) -> Response[BookingAccepted]:
    status_url = f"/api/v1/jobs/{accepted.booking_id}"
    headers = {"location": status_url, "retry-after": ask_again}
    if accepted.replayed:
        headers[REPLAYED] = "true"
    if waited:
        headers["preference-applied"] = f"wait={waited}"
    status = job.booking.status if job and job.booking else accepted.status
    return Response(
        BookingAccepted(
            job_id=accepted.booking_id, booking_id=accepted.booking_id, status=status, status_url=status_url, job=job
        ),
        status_code=HTTPStatus.ACCEPTED,
        headers=headers,
    )
