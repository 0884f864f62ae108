"""The endpoints for the present fare of a booking, and to rebook at a lower fare."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bookings.bodies import PriceBody
from api.bookings.controller import owner, visible_to
from api.contract.headers import CACHE_CONTROL
from api.http.authentication import FOR_BOOKING, limited
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound, NoLowerFare, NotRebookable, PriceChanged
from core.bookings.reading import queries
from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.lifecycle import rebook
from core.lifecycle.rebook import FareView
from core.notifications import fare_mails
from core.ratelimit.limits import Scope


class RebookingBody(RequestBody):
    """The fare that the traveller saw."""

    expected_total: PriceBody
    """The new total, for all seats on all flights. If the present total is different, nothing changes: 409 `price_changed`."""


class RebookingController(Controller):
    path = "/api/v1/bookings/{booking_id:uuid}"
    tags = ("bookings",)
    opt = FOR_BOOKING

    @get(
        "/fare",
        operation_id="getFareOfBooking",
        summary="Get the present fare of a booking",
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def fare(self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> Response[FareView]:
        """The present price of the same seats on the same flights."""
        with services.db.snapshot() as connection:
            fare = rebook.read_fare(connection, booking_id, visible_to(request.user))
        return Response(fare, headers={"cache-control": "no-store"})

    @post(
        "/rebookings",
        operation_id="rebookAtLowerFare",
        summary="Rebook at a lower fare",
        status_code=HTTPStatus.OK,
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NotRebookable, NoLowerFare, PriceChanged, IdempotencyKeyReused)},
    )
    def rebook(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[RebookingBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[BookingView]:
        """The booking keeps its seats. It costs `expected_total` from now on, and the difference is refunded to the card. The response is
        the booking, also if the request is repeated; the difference is refunded once.
        """
        expected = data.expected_total.read("/expected_total")
        sends = services.settings.mail.server is not None

        def work(connection: RawConnection) -> Done[BookingView]:
            after = rebook.rebook(connection, booking_id, owner(request.user), expected)
            view = queries.get_booking(connection, booking_id, owner(request.user))
            if after.changed_bookings:
                fare_mails.write_rebooked(connection, view, sends=sends)
            return Done(Response(view, status_code=HTTPStatus.OK), partial(after.run, services.redis, services.live.dispatcher))

        return answer_once(services, keyed(request, idempotency_key, data), work)
