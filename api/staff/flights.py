"""The endpoints of one flight for the staff: its travellers, its waiting list, its schedule changes, and the impact of cancelling it."""

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
        summary="Preview the cancellation of a flight",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def impact(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> FlightImpact:
        """Counts the bookings that would end, the refunds, and the parties that wait. Nothing changes."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            return flight_impact.read_impact(connection, flight_id)

    @get(
        "/line",
        operation_id="listWaitlist",
        summary="List the waiting list of a flight",
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
        """The parties in the order in which they joined, also those that do not wait any more. `next_cursor` is the `cursor` of the next
        page.
        """
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            parties, following = listing.list_entries(connection, flight_id, after=cursor, limit=limit)
        return LinePage(parties, following)

    @get(
        "/schedule-changes",
        operation_id="listScheduleChanges",
        summary="List the schedule changes of a flight",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def moved(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> MovedBookingList:
        """The bookings that were notified of the new times, newest first, with the decisions of the travellers; at most a thousand."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            return MovedBookingList(flight_impact.list_moved(connection, flight_id))
