"""The endpoint with which the staff search bookings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.bookings.reading import staff_lookup
from core.bookings.reading.staff_lookup import BookingFilter, FoundBooking
from core.bookings.states import BookingStatus
from core.text.patterns import VISIBLE


class BookingSearchPage(msgspec.Struct):
    data: list[FoundBooking]
    next_cursor: UUID | None


class BookingSearchController(Controller):
    path = "/admin"
    tags = ("operations",)
    guards = (requires_admin,)

    @get("/bookings", operation_id="findBookings", summary="Find bookings of all travellers", sync_to_thread=True)
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
        """Bookings, newest first; all filters must match. `name`: a surname of a passenger, in any spelling, or a whole name. `user`: the
        username of the account.
        """
        wanted = BookingFilter(reference=reference, name=name, flight_id=flight_id, username=user, status=status)
        with services.db.snapshot() as connection:
            found, following = staff_lookup.find_bookings(connection, wanted, before=cursor, limit=limit)
        return BookingSearchPage(found, following)
