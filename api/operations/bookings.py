"""Bookings as the airline's staff look for them, and who is on a flight."""

from __future__ import annotations

import csv
import io
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from api.contract.headers import ATTACHMENT
from api.http.authentication import requires_admin
from api.services import Services
from core.bookings.reading import staff_lookup
from core.bookings.reading.staff_lookup import BookingFilter, FoundBooking, PassengerOnBoard
from core.bookings.states import BookingStatus
from core.flights import queries as flights
from core.flights.errors import FlightNotFound
from core.imports.csv.files import harmless
from core.text.patterns import VISIBLE

COLUMNS = ("reference", "status", "seat", "name", "date_of_birth", "contact", "seat_number")


class BookingSearchPage(msgspec.Struct):
    data: list[FoundBooking]
    next_cursor: UUID | None


class OperationsBookingController(Controller):
    path = "/admin"
    tags = ("operations",)
    guards = (requires_admin,)

    @get("/bookings", operation_id="findBookings", summary="Bookings of all travellers", sync_to_thread=True)
    def find(
        self,
        services: NamedDependency[Services],
        reference: Annotated[str | None, QueryParameter(max_length=16, pattern=VISIBLE, required=False)] = None,
        name: Annotated[str | None, QueryParameter(max_length=100, pattern=VISIBLE, required=False)] = None,
        flight_id: FromQuery[UUID | None] = None,
        user: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        status: FromQuery[BookingStatus | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> BookingSearchPage:
        """Newest first; all that is given must match. `name`: of a passenger, of which the last word counts. `user`: the username of the
        account.
        """
        wanted = BookingFilter(reference=reference, name=name, flight_id=flight_id, username=user, status=status)
        with services.db.snapshot() as connection:
            found, following = staff_lookup.find_bookings(connection, wanted, before=cursor, limit=limit)
        return BookingSearchPage(found, following)

    @get(
        "/flights/{flight_id:uuid}/passengers.csv",
        operation_id="downloadPassengers",
        summary="Who is on a flight",
        response_headers=ATTACHMENT,
        media_type="text/csv",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def passengers(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[bytes]:
        """One row for each seat that is held or sold, by reference; a seat that nobody has been named for has an empty name."""
        with services.db.snapshot() as connection:
            flights.get_flight(connection, flight_id)
            on_board = staff_lookup.list_on_board(connection, flight_id)
        headers = {"content-disposition": f'attachment; filename="passengers-{flight_id}.csv"', "cache-control": "no-store"}
        return Response(_csv(on_board), media_type="text/csv", headers=headers)


def _csv(on_board: list[PassengerOnBoard]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in on_board:
        born = each.date_of_birth.isoformat() if each.date_of_birth else ""
        about = (each.name or "", born, each.contact or "", each.seat_number or "")
        cells = (each.reference, each.status, str(each.position), *about)
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode()
