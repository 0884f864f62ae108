"""Correct who travels."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from uuid import UUID

from litestar import Controller, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from api.bookings.bodies import PassengerContact, PassengerName
from api.bookings.controller import owner
from api.http.authentication import limited
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.bookings import passengers, queries
from core.bookings.errors import BookingNotFound, PassengerNotFound, PassengersFixed
from core.bookings.passengers import Correction
from core.bookings.views import BookingView
from core.errors import Invalid
from core.ratelimit.limits import Scope


class PassengerCorrection(RequestBody):
    """What is wrong, put right. Fields that are left out stay as they are; null takes away what is optional."""

    name: PassengerName | UnsetType = UNSET
    date_of_birth: date | UnsetType | None = UNSET
    contact: PassengerContact | UnsetType | None = UNSET


class PassengerController(Controller):
    path = "/api/v1"
    tags = ("bookings",)

    @patch(
        "/bookings/{booking_id:uuid}/passengers/{position:int}",
        operation_id="correctPassenger",
        summary="Correct a passenger",
        status_code=HTTPStatus.OK,
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, PassengerNotFound, PassengersFixed)},
    )
    def correct(
        self,
        booking_id: FromPath[UUID],
        position: FromPath[int],
        data: JSONBody[PassengerCorrection],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> BookingView:
        """The first passenger is at position 1. Neither seats nor price change, and it costs nothing."""
        if data == PassengerCorrection():
            raise Invalid.field("", "missing", "Name what is to be corrected: name, date_of_birth or contact.")
        correction = Correction(data.name, data.date_of_birth, data.contact)
        with services.db.transaction() as connection:
            passengers.correct(connection, booking_id, owner(request.user), position, correction)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))
