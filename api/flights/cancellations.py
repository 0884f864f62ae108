"""The endpoint with which the airline cancels a flight."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.contract.headers import LOCATION, RETRY_AFTER
from api.http.authentication import requires_admin
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.http.polling import retry_after_header
from api.http.wire import Line, RequestBody
from api.services import Services, SignedRequest
from core.db import RawConnection
from core.events import job_events
from core.events.domain_events import flight_cancelled
from core.flights.announcements import route_versions
from core.flights.announcements.route_versions import RouteDays
from core.flights.changes import cancellation
from core.flights.changes.cancellation import BegunCancellation
from core.flights.errors import FlightDeparted, FlightNotFound
from core.idempotency.stored_responses import IdempotencyKeyReused
from core.messaging.messages import CancelFlights
from core.waitlist import entries


class FlightCancellationBody(RequestBody):
    reason: Line
    """The reason, which travellers and the audit log show."""


class FlightCancellationAccepted(msgspec.Struct, kw_only=True):
    """The flight is cancelled. The job ends its bookings and gives their money back."""

    job_id: UUID
    status: str
    status_url: str


class FlightCancellationController(Controller):
    path = "/admin/flights"
    tags = ("flights",)
    guards = (requires_admin,)

    @post(
        "/{flight_id:uuid}/cancel",
        operation_id="cancelFlight",
        summary="Cancel a flight and its bookings",
        response_headers=(LOCATION, RETRY_AFTER),
        status_code=HTTPStatus.ACCEPTED,
        sync_to_thread=True,
        opt={"errors": (FlightNotFound, FlightDeparted, IdempotencyKeyReused)},
    )
    def cancel(
        self,
        flight_id: FromPath[UUID],
        data: JSONBody[FlightCancellationBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[FlightCancellationAccepted]:
        """From now on no search finds the flight, and nobody can book it. A job ends its bookings and refunds them in full. If the flight
        was cancelled before, the response has the job of that time.
        """

        def work(connection: RawConnection) -> Done[FlightCancellationAccepted]:
            begun = cancellation.begin(connection, flight_id, data.reason, user_id=request.user.user_id)
            response = _accepted(begun)
            if not begun.is_new:
                return Done(response)
            entries.close(connection, flight_id)
            return Done(response, partial(_follow_up, services, flight_id, begun))

        return answer_once(services, keyed(request, idempotency_key, data), work)


def _follow_up(services: Services, flight_id: UUID, begun: BegunCancellation) -> None:
    job_events.flights_changed(services.redis, {}, [flight_cancelled(flight_id)])
    route_versions.invalidate(services.redis, RouteDays([begun.route_day]))
    services.live.dispatcher.send(CancelFlights((begun.job.id,)))


def _accepted(begun: BegunCancellation) -> Response[FlightCancellationAccepted]:
    status_url = f"/api/v1/jobs/{begun.job.id}"
    return Response(
        FlightCancellationAccepted(job_id=begun.job.id, status=begun.job.status, status_url=status_url),
        status_code=HTTPStatus.ACCEPTED,
        headers={"location": status_url, "retry-after": retry_after_header(None)},
    )
