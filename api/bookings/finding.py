"""Find a booking by its reference and a surname, without an account."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from api.contract.headers import CACHE_CONTROL
from api.http.authentication import PUBLIC
from api.http.wire import RequestBody
from api.limits.addresses import check_address
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound
from core.bookings.intake import references
from core.bookings.reading import queries
from core.bookings.reading.check_in import CheckInView
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope
from core.text.patterns import VISIBLE


class FindBody(RequestBody):
    """They are sent in the body, because addresses are stored in logs and in the history of browsers."""

    reference: Annotated[str, Meta(min_length=1, max_length=16, pattern=VISIBLE, examples=["K7M2QX"])]
    surname: Annotated[str, Meta(min_length=1, max_length=100, pattern=VISIBLE, examples=["Rao"])]


class FindingController(Controller):
    path = "/api/v1"
    tags = ("bookings",)

    @post(
        "/bookings/find",
        operation_id="findBooking",
        summary="Find a booking without an account",
        status_code=HTTPStatus.OK,
        response_headers=(CACHE_CONTROL,),
        opt={**PUBLIC, "errors": (BookingNotFound, RateLimited)},
    )
    async def find(
        self, data: JSONBody[FindBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[CheckInView]:
        """Returns only what the travellers and a check-in desk need (status, times, seats). The surname is that of one of the travellers.
        Upper and lower case, spaces and accents make no difference. The number of requests is limited for each address and each reference,
        so that surnames cannot be guessed.
        """
        await check_address(services.limiter, Scope.LOOKUP_ADDRESS, request)
        await services.limiter.check(Scope.LOOKUP_REFERENCE, references.read(data.reference))
        return Response(await asyncio.to_thread(_find, services, data), headers={"cache-control": "no-store"})


def _find(services: Services, asked: FindBody) -> CheckInView:
    with services.db.snapshot() as connection:
        return queries.find_for_check_in(connection, asked.reference, asked.surname)
