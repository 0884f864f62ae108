"""The product's application with a handler beside it that does nothing: the other side of the ratio, in the same process."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Litestar, Response, post
from litestar.params import JSONBody

from api.app import create_app as create_product
from api.bookings import BookingAccepted, BookingBody
from api.deps import SignedRequest
from core.bookings.states import BookingStatus


@post("/bench/noop", status_code=HTTPStatus.ACCEPTED)
async def noop(data: JSONBody[BookingBody], request: SignedRequest) -> Response[BookingAccepted]:
    """The same body, the same authentication, the same shape of answer; no work."""
    flight = data.flights()[0]
    answer = BookingAccepted(
        job_id=flight, booking_id=request.user.user_id, status=BookingStatus.PENDING, status_url="/bench/noop"
    )
    return Response(answer, status_code=HTTPStatus.ACCEPTED, headers={"location": "/bench/noop", "retry-after": "1"})


def create_app() -> Litestar:
    """For uvicorn's factory."""
    app = create_product()
    app.register(noop)
    return app
