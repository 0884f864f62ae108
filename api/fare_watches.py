"""The endpoints of fare watches: of a route on a day, or of a booking."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.bookings.bodies import MORE_THAN_ANY_TOTAL
from api.contract.headers import CACHE_CONTROL, LOCATION
from api.http.authentication import FOR_BOOKING, limited
from api.http.idempotency import Done, IdempotencyKey, Work, answer_once, keyed
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core import clock, money
from core.bookings.errors import BookingNotFound
from core.bookings.reading import queries
from core.db import RawConnection
from core.errors import FieldError, Invalid
from core.fare_watches import watches
from core.fare_watches.errors import FareWatchNotFound, NotWatchable, TooManyFareWatches
from core.fare_watches.watches import FareWatchView, WatchedDay
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.places import registry
from core.ratelimit.limits import Scope
from core.text.patterns import AMOUNT, VISIBLE

Place = Annotated[str, Meta(min_length=1, max_length=80, pattern=VISIBLE, examples=["Delhi"])]
FARTHEST: Final = timedelta(days=3 * 366)
"""Days. Schedules are not published for a longer time."""


class FareWatchBody(RequestBody):
    """A route and a day (`source`, `destination`, `date`), or a booking of yours (`booking_id`)."""

    source: Place | None = None
    destination: Place | None = None
    date: Annotated[date, Meta(description="The local date of departure.", examples=["2026-12-25"])] | None = None
    booking_id: UUID | None = None
    seats: Annotated[int, Meta(ge=1, le=9)] = 1
    """How many seats must be free on a flight for its price to count. Not used for a booking."""
    below: Annotated[str, Meta(pattern=AMOUNT, examples=["6500.00"])] | int | float | None = None
    """Only notify of prices below this one: of one seat, or of the whole booking."""
    currency: Annotated[str, Meta(min_length=3, max_length=3, pattern=VISIBLE, examples=["INR"])] | None = None
    """The currency to watch, if the flights of the day are sold in several. By default the currency of most flights of the day."""

    def require_one_of(self) -> None:
        """
        Raises:
            Invalid: there is a booking and a route, neither of them, or only a part of a route.
        """
        route = {"source": self.source, "destination": self.destination, "date": self.date}
        if self.booking_id is not None:
            if any(value is not None for value in route.values()) or self.currency is not None:
                raise Invalid.field("/booking_id", "one_of", "Name either booking_id, or source, destination and date.")
            return
        missing: list[FieldError] = [
            {"pointer": f"/{name}", "code": "missing", "message": f"Name the {name}, or a booking_id."}
            for name, value in route.items()
            if value is None
        ]
        if missing:
            raise Invalid.fields(missing)

    def limit(self) -> Decimal | None:
        """`below` as a decimal number.

        Raises:
            Invalid: the amount is not a possible price.
        """
        if self.below is None:
            return None
        amount = Decimal(str(self.below))
        if not 0 < amount < MORE_THAN_ANY_TOTAL:
            raise Invalid.field(
                "/below", "too_small" if amount <= 0 else "too_large", "Name a price above 0 that a flight can have."
            )
        if amount.normalize().as_tuple().exponent < -money.MOST_PLACES:  # type: ignore[operator]  # an integer for finite numbers
            raise Invalid.field("/below", "too_many_decimals", f"Name a price with at most {money.MOST_PLACES} decimals.")
        return amount


class FareWatchList(msgspec.Struct, frozen=True):
    data: list[FareWatchView]


class FareWatchController(Controller):
    """Fare watches. Each traveller can only use their own."""

    path = "/api/v1/fare-watches"
    tags = ("fare watches",)
    opt = FOR_BOOKING

    @post(
        operation_id="watchFare",
        summary="Watch a fare",
        response_headers=(LOCATION,),
        responses={200: ResponseSpec(FareWatchView, description="It is watched already.", generate_examples=False)},
        guards=(limited(Scope.BOOKING_USER),),
        opt={"errors": (BookingNotFound, NotWatchable, TooManyFareWatches, IdempotencyKeyReused)},
    )
    async def watch(
        self,
        data: JSONBody[FareWatchBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[FareWatchView]:
        """You are notified once when the price falls below the lowest one that you were shown or notified of, by mail and in `fall`. If the
        fare is watched already, only `below` is changed, and the response is 200. A watch ends with the day at the source, or when the
        first flight of the booking departs.
        """
        data.require_one_of()
        below = data.limit()
        booking_id, user_id = data.booking_id, request.user.user_id
        work: Work[FareWatchView]
        if booking_id is not None:
            found_id = booking_id

            def work(connection: RawConnection) -> Done[FareWatchView]:
                queries.get_booking(connection, found_id, user_id)
                return _done(*watches.watch_booking(connection, user_id, found_id, below))
        else:
            day = await _read_day(services, data, below)

            def work(connection: RawConnection) -> Done[FareWatchView]:
                return _done(*watches.watch_day(connection, user_id, day))

        return await sync_to_thread(answer_once, services, keyed(request, idempotency_key, data), work)

    @get(operation_id="listFareWatches", summary="List my fare watches", response_headers=(CACHE_CONTROL,), sync_to_thread=True)
    def list_all(self, request: SignedRequest, services: NamedDependency[Services]) -> Response[FareWatchList]:
        """Fare watches with the present prices, at most twenty. The one that ends first comes first."""
        with services.db.snapshot() as connection:
            found = watches.list_watches(connection, request.user.user_id)
        return Response(FareWatchList(found), headers={"cache-control": "no-store"})

    @get(
        "/{watch_id:uuid}",
        operation_id="getFareWatch",
        summary="Get a fare watch",
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=True,
        opt={"errors": (FareWatchNotFound,)},
    )
    def read(
        self, watch_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[FareWatchView]:
        """A fare watch with the present price."""
        with services.db.snapshot() as connection:
            watch = watches.get_watch(connection, watch_id, request.user.user_id)
        return Response(watch, headers={"cache-control": "no-store"})

    @delete(
        "/{watch_id:uuid}",
        operation_id="stopFareWatch",
        summary="Stop watching a fare",
        sync_to_thread=True,
        opt={"errors": (FareWatchNotFound,)},
    )
    def stop(self, watch_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> None:
        """No further notifications are sent about it."""
        with services.db.transaction() as connection:
            watches.stop(connection, watch_id, request.user.user_id)


def _done(watch: FareWatchView, new: bool) -> Done[FareWatchView]:
    status = HTTPStatus.CREATED if new else HTTPStatus.OK
    return Done(Response(watch, status_code=status, headers={"location": f"/api/v1/fare-watches/{watch.id}"}))


async def _read_day(services: Services, data: FareWatchBody, below: Decimal | None) -> WatchedDay:
    """
    Raises:
        Invalid: a place is ambiguous, the places are the same, the day is over at the source, or the currency does not exist.
    """
    assert data.source is not None
    assert data.destination is not None
    assert data.date is not None
    currency = data.currency and data.currency.upper()
    if currency is not None and not money.is_currency(currency):
        raise Invalid.field("/currency", "not_a_currency", money.why_no_currency(data.currency or ""))
    try:
        sources, destinations = await services.search_endpoint.ends(data.source, data.destination)
    except Invalid as error:
        raise _in_body(error) from error
    served = (await services.search_endpoint.served()).value.keys
    for name, written, keys in (("source", data.source, sources), ("destination", data.destination, destinations)):
        if not any(registry.airport(key) or key in served for key in keys):
            raise Invalid.field(f"/{name}", "unknown_place", f"No place that has flights is called “{written}”.")
    ends_at = max(_end_of(data.date, key) for key in sources)
    if ends_at <= clock.now():
        raise Invalid.field("/date", "too_small", "This day is over at the source. Name a later day.")
    if data.date > clock.now().date() + FARTHEST:
        raise Invalid.field(
            "/date", "too_large", f"Name a day within the next {FARTHEST.days} days: no flights are known for later days."
        )
    return WatchedDay(
        data.source.strip(), data.destination.strip(), sources, destinations, data.date, data.seats, below, currency, ends_at
    )


def _in_body(error: Invalid) -> Invalid:
    """The error of a place, whose pointer is changed from a query parameter to a field of the body."""
    faults = [{**fault, "pointer": fault["pointer"].replace("?", "/", 1)} for fault in error.data["errors"]]
    return Invalid(error.detail, errors=faults)


def _end_of(day: date, source_key: str) -> datetime:
    """The end of the day in the local time of a place. The last day of the last possible year ends with that year."""
    zone = registry.zone(registry.airport(source_key))
    return datetime.combine(day, time.max, zone).astimezone(UTC) if day.year < date.max.year else datetime.max.replace(tzinfo=UTC)
