"""The endpoints of the waiting list of a flight: join, read one's entry, leave."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.bookings.limits import fair_share_of
from api.contract.headers import CACHE_CONTROL, LOCATION
from api.http.authentication import FOR_BOOKING, limited
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.bookings.errors import CoolingDown, TooManyHolds, TooManySeats
from core.db import RawConnection
from core.flights.errors import FlightCancelled, FlightDeparted, FlightNotFound
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.lifecycle import join_waitlist
from core.ratelimit.limits import Scope
from core.waitlist.errors import AlreadyWaiting, NotWaiting, SeatsAvailable
from core.waitlist.parties import Party
from core.waitlist.views import WaitlistView, get_entry


class PartyBody(RequestBody):
    """The party. It gets an offer for all of its seats together, unless it accepts fewer."""

    party_size: Annotated[int, Meta(ge=1, le=9, examples=[2])]
    accept_partial: bool = False
    """Whether the party accepts an offer of fewer seats."""


class WaitlistController(Controller):
    """The traveller's own entry. Travellers cannot read other entries."""

    path = "/api/v1/flights/{flight_id:uuid}/waitlist"
    tags = ("waitlist",)
    opt = FOR_BOOKING

    @post(
        operation_id="joinWaitlist",
        summary="Join the waiting list",
        response_headers=(LOCATION,),
        responses={
            200: ResponseSpec(WaitlistView, description="This party is in the waiting list already.", generate_examples=False)
        },
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={
            "errors": (
                FlightNotFound,
                SeatsAvailable,
                AlreadyWaiting,
                TooManyHolds,
                TooManySeats,
                CoolingDown,
                FlightCancelled,
                FlightDeparted,
                IdempotencyKeyReused,
            )
        },
    )
    def join(
        self,
        flight_id: FromPath[UUID],
        data: JSONBody[PartyBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[WaitlistView]:
        """First come, first served. If the same party is in the list already, the response is its entry (200)."""
        party = Party(request.user.user_id, data.party_size, data.accept_partial)

        def work(connection: RawConnection) -> Done[WaitlistView]:
            joined = join_waitlist.join(
                connection,
                flight_id,
                party,
                hold_minutes=services.settings.booking.hold_minutes,
                hold_limit=services.settings.booking.hold_limit,
                fair_share=fair_share_of(services.settings),
            )
            entry = get_entry(connection, flight_id, party.user_id)
            status = HTTPStatus.CREATED if joined.new else HTTPStatus.OK
            response = Response(entry, status_code=status, headers={"location": f"/api/v1/flights/{flight_id}/waitlist"})
            return Done(response, partial(joined.after.run, services.redis, services.live.dispatcher))

        return answer_once(services, keyed(request, idempotency_key, data), work)

    @get(
        operation_id="getWaitlistView",
        summary="Get my entry in the waiting list",
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=True,
        opt={"errors": (NotWaiting,)},
    )
    def read(
        self, flight_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[WaitlistView]:
        """The position, the offer if there is one, or why there is none. An offer is a booking of the traveller, which has to be paid
        before it expires.
        """
        with services.db.snapshot() as connection:
            entry = get_entry(connection, flight_id, request.user.user_id)
        return Response(entry, headers={"cache-control": "no-store"})

    @delete(operation_id="leaveWaitlist", summary="Leave the waiting list", sync_to_thread=True, opt={"errors": (NotWaiting,)})
    def leave(self, flight_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> None:
        """The seats of an open offer are offered to the next party."""
        with services.db.transaction() as connection:
            after = join_waitlist.leave(
                connection, flight_id, request.user.user_id, hold_minutes=services.settings.booking.hold_minutes
            )
        after.run(services.redis, services.live.dispatcher)
