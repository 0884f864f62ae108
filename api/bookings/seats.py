"""The endpoints for the seat numbers of a booking and the seat map of a flight."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from api.bookings.bodies import SeatNumbers
from api.bookings.controller import owner
from api.contract.headers import CACHE_CONTROL
from api.http.authentication import FOR_BOOKING, PUBLIC, limited
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound, SeatsFixed, SeatTaken
from core.bookings.reading import queries
from core.bookings.reading.views import BookingView
from core.bookings.seat_numbers import changing, requested, seat_map
from core.bookings.seat_numbers.seat_map import SeatMapView
from core.db.retry import again_after_deadlock
from core.flights.errors import FlightNotFound
from core.ratelimit.limits import Scope


class SeatsBody(RequestBody):
    """For each flight of the booking, in the order of travel, a list with one seat number for each traveller, or an empty list; or
    `"best"`.
    """

    seat_numbers: SeatNumbers


class SeatController(Controller):
    path = "/api/v1"

    @get(
        "/flights/{flight_id:uuid}/seats",
        operation_id="getSeats",
        summary="Get the cabin and the taken seats of a flight",
        tags=["search"],
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=True,
        opt={**PUBLIC, "errors": (FlightNotFound,)},
    )
    def seat_map(
        self,
        flight_id: FromPath[UUID],
        services: NamedDependency[Services],
        best: Annotated[
            int | None,
            QueryParameter(ge=1, le=9, required=False, description="Also return the best free seats for so many travellers."),
        ] = None,
    ) -> Response[SeatMapView]:
        """The present state; a seat may be taken a moment later. Fewer seats may be for sale than the map shows as free, because not all
        travellers pick a seat number.
        """
        with services.db.snapshot() as connection:
            view = seat_map.get_seat_map(connection, flight_id, party=best)
        return Response(view, headers={"cache-control": "no-store"})

    @put(
        "/bookings/{booking_id:uuid}/seats",
        operation_id="changeSeats",
        summary="Pick and change seats",
        tags=["bookings"],
        status_code=HTTPStatus.OK,
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={**FOR_BOOKING, "errors": (BookingNotFound, SeatTaken, SeatsFixed)},
    )
    def change(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[SeatsBody],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> BookingView:
        """Possible until check-in closes, an hour before each flight. Either all seats are changed, or none: if one of the new seats is
        taken, the booking keeps its seats. Neither the number of seats nor the price changes.
        """
        wanted = requested.read(data.seat_numbers)

        def work() -> None:
            with services.db.transaction() as connection:
                changing.change(connection, booking_id, owner(request.user), wanted, user_id=request.user.user_id)

        again_after_deadlock(work)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))
