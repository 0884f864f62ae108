"""The product's application with handlers beside it that do nothing: the other side of each ratio, in the same process."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Litestar, Response, get, post
from litestar.params import JSONBody

from api.app import create_app as create_product
from api.bookings.acceptance import BookingAccepted
from api.bookings.bodies import BookingBody
from api.http.authentication import PUBLIC
from api.services import SignedRequest
from core.bookings.states import BookingStatus


@post("/bench/noop", status_code=HTTPStatus.ACCEPTED)
async def noop(data: JSONBody[BookingBody], request: SignedRequest) -> Response[BookingAccepted]:
    """The same body, the same authentication, the same shape of answer; no work."""
    flight = data.flights()[0]
    answer = BookingAccepted(
        job_id=flight, booking_id=request.user.user_id, status=BookingStatus.PENDING, status_url="/bench/noop"
    )
    return Response(answer, status_code=HTTPStatus.ACCEPTED, headers={"location": "/bench/noop", "retry-after": "1"})


@get("/bench/nothing", opt=PUBLIC)
async def nothing() -> dict[str, str]:
    """A public GET: the same layers around it, a body of a few bytes, no work."""
    return {"status": "ok"}


def create_app() -> Litestar:
    """For uvicorn's factory."""
    app = create_product()
    app.register(noop)
    app.register(nothing)
    return app
