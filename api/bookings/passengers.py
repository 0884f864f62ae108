"""The endpoints to correct the passengers of a booking."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from api.bookings.bodies import PassengerContact, PassengerName
from api.bookings.controller import owner
from api.http.authentication import FOR_BOOKING, limited
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.bookings import passengers
from core.bookings.errors import BookingNotFound, PassengerNotFound, PassengersFixed
from core.bookings.passengers import Correction, Naming
from core.bookings.reading import queries
from core.bookings.reading.views import BookingView
from core.errors import FieldError, Invalid
from core.ratelimit.limits import Scope

NOTHING_TO_CORRECT: Final = "Name what is to be corrected: name, date_of_birth or contact."


class PassengerCorrection(RequestBody):
    """The corrected fields. Fields that are left out are not changed; null removes an optional value."""

    name: PassengerName | UnsetType = UNSET
    date_of_birth: date | UnsetType | None = UNSET
    contact: PassengerContact | UnsetType | None = UNSET


class PassengerNaming(PassengerCorrection):
    """A correction of the passenger at `position` (1 for the first); without a position a new passenger, who needs a name."""

    position: Annotated[int, Meta(ge=1, le=9)] | None = None


class PassengersBody(RequestBody):
    passengers: Annotated[list[PassengerNaming], Meta(min_length=1, max_length=9)]

    def namings(self) -> list[Naming]:
        """The corrections in the form for the core.

        Raises:
            Invalid: a new passenger has no name, or a correction changes nothing.
        """
        errors: list[FieldError] = []
        for index, each in enumerate(self.passengers):
            pointer = f"/passengers/{index}"
            if each.position is None and each.name is UNSET:
                errors.append({"pointer": f"{pointer}/name", "code": "missing", "message": "Who is added needs a name."})
            elif each.name is UNSET and each.date_of_birth is UNSET and each.contact is UNSET:
                errors.append({"pointer": pointer, "code": "missing", "message": NOTHING_TO_CORRECT})
        if errors:
            raise Invalid.fields(errors)
        return [
            Naming(each.position, Correction(each.name, each.date_of_birth, each.contact), f"/passengers/{index}")
            for index, each in enumerate(self.passengers)
        ]


class PassengerController(Controller):
    path = "/api/v1"
    tags = ("bookings",)
    opt = FOR_BOOKING

    @patch(
        "/bookings/{booking_id:uuid}/passengers",
        operation_id="namePassengers",
        summary="Add and correct passengers",
        status_code=HTTPStatus.OK,
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, PassengerNotFound, PassengersFixed)},
    )
    def name(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[PassengersBody],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> BookingView:
        """Possible until the first flight departs. Either all corrections are stored, or none. There is at most one passenger for each
        seat. Neither seats nor price change.
        """
        wanted = data.namings()
        with services.db.transaction() as connection:
            passengers.name_passengers(connection, booking_id, owner(request.user), wanted)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))

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
        """The first passenger has the position 1. Neither seats nor price change, and the correction is free of charge."""
        if data == PassengerCorrection():
            raise Invalid.field("", "missing", NOTHING_TO_CORRECT)
        correction = Correction(data.name, data.date_of_birth, data.contact)
        with services.db.transaction() as connection:
            passengers.correct(connection, booking_id, owner(request.user), position, correction)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))
