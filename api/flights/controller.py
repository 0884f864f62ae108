"""The endpoints with which administrators maintain flights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream

from api.contract.headers import ATTACHMENT, CACHE_CONTROL, ETAG, LOCATION
from api.flights.bodies import FlightBody
from api.http.authentication import requires_admin
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.services import Services, SignedRequest
from core.after_commit import AfterCommit
from core.db import RawConnection
from core.errors import Unavailable
from core.events import job_events
from core.flights import listing, queries, rules, service
from core.flights.errors import (
    CapacityBelowSold,
    FlightCancelled,
    FlightExists,
    FlightHasBookings,
    FlightNotFound,
    SeatsPicked,
    StaleVersion,
)
from core.flights.listing import FlightFilter, FlightSort
from core.flights.models import FlightStatus
from core.flights.service import Change
from core.flights.views import FlightView, InventoryView
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.imports import export
from core.lifecycle import offer_seats
from core.text.patterns import VISIBLE

PlaceQuery = Annotated[str | None, QueryParameter(max_length=80, pattern=VISIBLE, required=False)]
IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        required=False,
        max_length=500,
        description="The `ETag` of the flight that you have read. If it was changed since, the request is refused with 412.",
    ),
]

CSV: Final = "text/csv"  # a stream adds the charset
PIECE_BYTES: Final = 64 * 1024
_TAG: Final = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"')
"""A proxy that compresses makes a tag weak (`W/`), and the flight is the same."""


class FlightPage(msgspec.Struct):
    data: list[FlightView]
    next_cursor: str | None


class FlightController(Controller):
    """Flights, for administrators. Searches find a change at once. Held and sold seats are never changed."""

    path = "/admin/flights"
    tags = ("flights",)
    guards = (requires_admin,)

    @post(
        operation_id="createFlight",
        summary="Create a flight",
        response_headers=(LOCATION, ETAG, CACHE_CONTROL),
        sync_to_thread=True,
        opt={"errors": (FlightExists, IdempotencyKeyReused)},
    )
    def create(
        self,
        data: JSONBody[FlightBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[FlightView]:
        """Searches find the flight at once. If a flight with this number and departure exists, the response is `409 flight_exists`."""
        details = data.details(services, currency=rules.DEFAULT_CURRENCY)

        def work(connection: RawConnection) -> Done[FlightView]:
            change = service.create_flight(connection, details, user_id=request.user.user_id)
            assert change.flight is not None
            response = _response(change.flight)
            response.status_code = HTTPStatus.CREATED
            response.headers["location"] = f"/admin/flights/{change.flight_id}"
            return Done(response, partial(_announce, change, services))

        return answer_once(services, keyed(request, idempotency_key, data), work)

    @get(operation_id="listFlights", summary="List flights", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        source: PlaceQuery = None,
        destination: PlaceQuery = None,
        day: Annotated[date | None, QueryParameter(name="date", required=False)] = None,
        from_date: FromQuery[date | None] = None,
        status: FromQuery[FlightStatus | None] = None,
        q: PlaceQuery = None,
        sort: FromQuery[FlightSort] = FlightSort.DEPARTURE,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, QueryParameter(max_length=500, required=False)] = None,
    ) -> FlightPage:
        """Filtered and sorted. `date` is the local date of departure, `from_date` its earliest; `q` is the beginning of a flight
        number, or part of a place's name. `next_cursor` is the `cursor` of the next page.
        """
        wanted = FlightFilter(
            source=source or None, destination=destination or None, day=day, first_day=from_date, status=status, text=q
        )
        with services.db.snapshot() as connection:
            flights, following = listing.list_flights(connection, wanted, sort=sort, cursor=cursor, limit=limit)
        return FlightPage(flights, following)

    @get(
        "/export.csv",
        operation_id="exportFlights",
        summary="Export flights as CSV",
        response_headers=ATTACHMENT,
        media_type=CSV,
        sync_to_thread=True,
        opt={"errors": (Unavailable,)},
    )
    def download(
        self,
        services: NamedDependency[Services],
        source: PlaceQuery = None,
        destination: PlaceQuery = None,
        day: Annotated[date | None, QueryParameter(name="date", required=False)] = None,
        from_date: FromQuery[date | None] = None,
        status: FromQuery[FlightStatus | None] = None,
        q: PlaceQuery = None,
        sort: FromQuery[FlightSort] = FlightSort.DEPARTURE,
    ) -> Stream:
        """A CSV file with all flights that the list has with the same filter and order, at one moment, in the columns of the import. If the
        file is imported unchanged, every row is skipped.
        """
        wanted = FlightFilter(
            source=source or None, destination=destination or None, day=day, first_day=from_date, status=status, text=q
        )
        with export.turn(), services.db.transaction() as connection:
            file = export.export_flights(connection, wanted, sort)
        headers = {"content-disposition": 'attachment; filename="flights.csv"', "cache-control": "no-store"}
        # A client that sends HEAD, or disconnects, never starts reading.
        return Stream(_pieces(file), media_type=CSV, headers=headers, background=BackgroundTask(file.close))

    @get(
        "/{flight_id:uuid}",
        operation_id="readFlight",
        summary="Get a flight with its ETag",
        response_headers=(ETAG, CACHE_CONTROL),
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def read(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[FlightView]:
        """Send the `ETag` of the response as `If-Match` with a change. The change is then refused if the flight was changed in between."""
        with services.db.snapshot() as connection:
            return _response(queries.get_flight(connection, flight_id))

    @put(
        "/{flight_id:uuid}",
        operation_id="replaceFlight",
        summary="Replace a flight",
        response_headers=(ETAG, CACHE_CONTROL),
        sync_to_thread=True,
        opt={
            "errors": (
                FlightNotFound,
                FlightExists,
                FlightHasBookings,
                CapacityBelowSold,
                SeatsPicked,
                FlightCancelled,
                StaleVersion,
            )
        },
    )
    def replace(
        self,
        flight_id: FromPath[UUID],
        data: JSONBody[FlightBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        if_match: IfMatch = None,
    ) -> Response[FlightView]:
        """Held and sold seats do not change. The capacity cannot be less than these seats, and the new cabin must have all seats that
        travellers have picked.
        """
        details = data.details(services)
        with services.db.transaction() as connection:
            change = service.replace_flight(
                connection, flight_id, details, user_id=request.user.user_id, expected=_versions(if_match)
            )
            change, after = _offered(connection, change, services)
        response = _announced(change, services)
        after.run(services.redis, services.live.dispatcher)
        return response

    @delete(
        "/{flight_id:uuid}",
        operation_id="deleteFlight",
        summary="Delete a flight that was never booked",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound, FlightHasBookings, FlightCancelled, StaleVersion)},
    )
    def delete(
        self,
        flight_id: FromPath[UUID],
        request: SignedRequest,
        services: NamedDependency[Services],
        if_match: IfMatch = None,
    ) -> None:
        """Only for flights that were never booked. Cancel others instead (`cancelFlight`)."""
        with services.db.transaction() as connection:
            change = service.delete_flight(connection, flight_id, user_id=request.user.user_id, expected=_versions(if_match))
        service.announce(services.redis, change)

    @get(
        "/{flight_id:uuid}/inventory",
        operation_id="readInventory",
        summary="Get the seat counts of a flight in Postgres and Redis",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def inventory(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> InventoryView:
        """The seats in Postgres, which are exact, and in Redis, which has a fast copy. `drift` is the difference of their free seats."""
        with services.db.snapshot() as connection:
            return queries.read_inventory(connection, services.redis, flight_id)


def _offered(connection: RawConnection, change: Change, services: Services) -> tuple[Change, AfterCommit]:
    """Offer the additional seats of a larger aircraft to the waiting list first."""
    if not change.seats_changed or change.flight is None:
        return change, AfterCommit()
    after = offer_seats.offer_free_seats(connection, [change.flight_id], hold_minutes=services.settings.booking.hold_minutes)
    flight = msgspec.structs.replace(change.flight, available_seats=after.free_seats[change.flight_id])
    return replace(change, flight=flight), after


def _announced(change: Change, services: Services) -> Response[FlightView]:
    _announce(change, services)
    assert change.flight is not None
    return _response(change.flight)


def _announce(change: Change, services: Services) -> None:
    service.announce(services.redis, change)
    free = {change.flight_id: change.flight.available_seats} if change.seats_changed and change.flight is not None else {}
    job_events.flights_changed(services.redis, free, change.events)


def _response(flight: FlightView) -> Response[FlightView]:
    return Response(flight, headers={"etag": f'"{flight.version}"', "cache-control": "no-store"})


def _pieces(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _versions(if_match: str | None) -> frozenset[int] | None:
    """The versions in the header `If-Match`. Tags of another form match no version."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (_TAG.fullmatch(tag.strip()) for tag in if_match.split(","))
    return frozenset(int(tag[1]) for tag in tags if tag)
