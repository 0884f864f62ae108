"""The travellers of a flight, its waiting list, the bookings that were informed about its schedule changes, and the impact of cancelling it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.bookings.reading import flight_impact
from core.bookings.reading.flight_impact import FlightImpact, MovedBooking
from core.flights import queries as flights
from core.flights.errors import FlightNotFound
from core.waitlist import listing
from core.waitlist.listing import PartyInLine


class LinePage(msgspec.Struct):
    data: list[PartyInLine]
    next_cursor: int | None


class MovedBookingList(msgspec.Struct):
    data: list[MovedBooking]


class StaffFlightController(Controller):
    path = "/admin/flights/{flight_id:uuid}"
    tags = ("flights",)
    guards = (requires_admin,)

    @get(
        "/impact",
        operation_id="previewFlightCancellation",
        summary="Whom a cancellation of the flight would hit",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def impact(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> FlightImpact:
        """Counts and changes nothing: the bookings that would end, the money that would go back, the parties that wait."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            return flight_impact.read_impact(connection, flight_id)

    @get(
        "/line",
        operation_id="listWaitlist",
        summary="Who waits for seats on a flight",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def line(
        self,
        flight_id: FromPath[UUID],
        services: NamedDependency[Services],
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0,
    ) -> LinePage:
        """First come first, also those that wait no more. `next_cursor` is the `cursor` of the next page."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            parties, following = listing.list_entries(connection, flight_id, after=cursor, limit=limit)
        return LinePage(parties, following)

    @get(
        "/schedule-changes",
        operation_id="listScheduleChanges",
        summary="Who was told that a flight moved",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def moved(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> MovedBookingList:
        """Newest first, with what each traveller decided; a thousand at most."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            return MovedBookingList(flight_impact.list_moved(connection, flight_id))
