"""The endpoints of bookings: create, list, look up, cancel."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from api.bookings import on_behalf
from api.bookings.acceptance import BookingAccepted, accept
from api.bookings.bodies import BookingBody
from api.bookings.lookups import slow_by_reference
from api.contract.headers import LOCATION, RETRY_AFTER
from api.http.authentication import FOR_BOOKING, Forbidden, limited
from api.http.idempotency import IdempotencyKey
from api.http.polling import LONGEST_PREFERENCE
from api.limits.addresses import limited_by_address
from api.live.batches.cancellations import CancellationRequest
from api.live.batches.requests import NotBatched
from api.load_runs import LoadRunName
from api.services import Services, SignedRequest
from core.bookings.errors import (
    BookingNotFound,
    CoolingDown,
    NotAccepted,
    NotCancellable,
    PaymentRequired,
    PossibleDuplicate,
    PriceChanged,
    SeatsSoldOut,
    SeatTaken,
    TooManyHolds,
    TooManySeats,
    TooManyWaiting,
)
from core.bookings.reading import queries
from core.bookings.reading.check_in import CheckInView
from core.bookings.reading.views import BookingView
from core.bookings.segments import MixedCurrencies, NotChronological
from core.bookings.states import BookingStatus
from core.errors import Overloaded
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.lifecycle import cancel as cancelling
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope
from core.users.tokens import Principal

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        required=False,
        max_length=LONGEST_PREFERENCE,
        description="`wait=n`: respond when it is done, or after n seconds (25 at most).",
    ),
]

REFUSALS: Final = (
    Forbidden,
    PaymentRequired,
    FlightNotFound,
    SeatsSoldOut,
    SeatTaken,
    FlightDeparted,
    FlightCancelled,
    PossibleDuplicate,
    PriceChanged,
    TooManyHolds,
    TooManySeats,
    CoolingDown,
    TooManyWaiting,
    IdempotencyKeyReused,
    NotChronological,
    MixedCurrencies,
    NotAccepted,
    RateLimited,
    Overloaded,
)
"""The error responses of `createBooking`, for the documentation."""


class BookingPage(msgspec.Struct):
    data: list[BookingView]
    next_cursor: UUID | None


class BookingController(Controller):
    """Bookings of travellers. Callers can use their own bookings only, except administrators, and agents for reading."""

    path = "/api/v1"
    tags = ("bookings",)
    opt = FOR_BOOKING

    @post(
        ["/booking", "/bookings"],
        operation_id="createBooking",
        summary="Book seats",
        response_headers=(LOCATION, RETRY_AFTER),
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
        load_run: LoadRunName = None,
    ) -> Response[BookingAccepted]:
        """Accept a booking. 202 means that it is stored on disk. It will reach exactly one final status, whatever fails in the meantime."""
        accepted = await accept(
            services,
            request.user,
            data,
            state=request.scope["state"],
            idempotency_key=idempotency_key,
            prefer=prefer,
            load_run=load_run,
        )
        return Response(accepted.content, status_code=HTTPStatus.ACCEPTED, headers=accepted.headers)

    @get("/bookings", operation_id="listBookings", summary="List my bookings", sync_to_thread=True)
    def list(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        status: FromQuery[BookingStatus | None] = None,
        attention: FromQuery[bool] = False,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        cursor: FromQuery[UUID | None] = None,
    ) -> BookingPage:
        """My bookings, newest first. `next_cursor` is the `cursor` of the next page. `attention`: only bookings that need something from
        the traveller: a payment, or a decision about new times.
        """
        with services.db.snapshot() as connection:
            views, following = queries.list_bookings(
                connection, request.user.user_id, status=status, before=cursor, limit=limit, attention=attention
            )
        return BookingPage(views, following)

    @get(
        "/bookings/{booking_id:uuid}",
        operation_id="getBooking",
        summary="Get a booking",
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def read(self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> BookingView:
        """The present state of a booking: the possible actions (`available_actions`), the payment, and the stages that it has reached."""
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, visible_to(request.user))

    @get(
        "/bookings/by-reference/{reference:str}",
        operation_id="getBookingByReference",
        summary="Get a booking by its reference",
        guards=(limited(Scope.LOOKUP_USER), limited_by_address(Scope.LOOKUP_ADDRESS), slow_by_reference),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def read_by_reference(
        self,
        reference: FromPath[str],
        request: SignedRequest,
        services: NamedDependency[Services],
        surname: Annotated[str | None, QueryParameter(min_length=1, max_length=100, required=False)] = None,
    ) -> BookingView | CheckInView:
        """Your own booking. With the surname of a passenger also a booking of another account, with the data that a check-in desk needs."""
        with services.db.snapshot() as connection:
            return queries.get_by_reference(connection, reference, visible_to(request.user), surname)

    @delete(
        "/bookings/{booking_id:uuid}",
        operation_id="cancelBooking",
        summary="Cancel a booking",
        status_code=HTTPStatus.OK,
        opt={"errors": (BookingNotFound, NotCancellable)},
    )
    async def cancel(
        self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> BookingView:
        """Quote and confirm in one step: cancel the booking and refund the money, exactly once. The response is the cancelled booking."""
        if not request.user.is_admin:
            with suppress(NotBatched):
                return await services.cancellations.submit(CancellationRequest(booking_id, request.user.user_id))
        return await services.cancellations.run_alone(_cancel_alone, services, booking_id, request.user)


def _cancel_alone(services: Services, booking_id: UUID, user: Principal) -> BookingView:
    """Cancel in a transaction of its own, to which the cancellations of administrators add an entry in the audit log."""
    with services.db.transaction() as connection:
        after = cancelling.cancel(
            connection,
            booking_id,
            owner(user),
            services.settings.fares,
            hold_minutes=services.settings.booking.hold_minutes,
        )
        on_behalf.note_cancelled(connection, user, booking_id)
    after.run(services.redis, services.live.dispatcher)
    with services.db.snapshot() as connection:
        return queries.get_booking(connection, booking_id, owner(user))


def owner(principal: Principal) -> UUID | None:
    """The account whose bookings `principal` may change; None: all accounts."""
    return None if principal.is_admin else principal.user_id


def visible_to(principal: Principal) -> UUID | None:
    """The account whose bookings `principal` may read; None: all accounts."""
    return None if principal.sees_everything else principal.user_id
