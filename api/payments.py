"""The endpoints to pay for a hold, and for callbacks of the payment provider with the outcome of a charge."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bookings.acceptance import BookingAccepted
from api.bookings.controller import Prefer, owner
from api.contract.callback import PaymentCallback
from api.contract.headers import LOCATION, RETRY_AFTER
from api.http.authentication import FOR_BOOKING, PUBLIC
from api.http.bodies import TooLarge
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed, stored
from api.http.polling import retry_after_header, wait_seconds
from api.http.understanding import READS_BODY_ITSELF
from api.http.wire import RequestBody, Word
from api.limits import rate_limits
from api.live.batches.payments import PaymentRequest
from api.live.batches.requests import NotBatched
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound
from core.bookings.states import BookingStatus
from core.clock import now
from core.db import RawConnection
from core.errors import Invalid
from core.idempotency.stored_responses import IdempotencyKeyReused, KeyedRequest
from core.jobs.status import Job
from core.lifecycle import pay
from core.lifecycle.pay import CardPayment
from core.payments import events
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.signature import CallbackNotSigned, CallbackTooOld, verify
from core.ratelimit.limiter import RateLimited
from core.ratelimit.limits import Scope


class PayBody(RequestBody):
    """The card, as the provider's token."""

    token: Word


class EventReceived(msgspec.Struct):
    """The event is stored now, or was stored before."""

    received: bool


class PaymentController(Controller):
    tags = ("payments",)
    opt = FOR_BOOKING

    @post(
        "/api/v1/bookings/{booking_id:uuid}/payments",
        operation_id="payBooking",
        summary="Pay for a hold",
        response_headers=(LOCATION, RETRY_AFTER),
        status_code=HTTPStatus.ACCEPTED,
        opt={
            "errors": (
                BookingNotFound,
                HoldExpired,
                AlreadyPaid,
                PaymentInProgress,
                NotPayable,
                IdempotencyKeyReused,
                RateLimited,
            )
        },
    )
    async def pay(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[PayBody],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[BookingAccepted]:
        """Charge a card for held seats. The job is that of the booking; it is done when the charge is decided. After a decline another card
        can be tried until the hold ends.
        """
        await rate_limits.count(request.scope["state"], services.limiter, Scope.BOOKING_USER, request.user.user_id)
        once = keyed(request, idempotency_key, data)
        payment, begun = CardPayment(booking_id, owner(request.user), data.token), _begun(booking_id)
        try:
            await services.payments.submit(PaymentRequest(payment, once, stored(begun)))
        except NotBatched:
            begun = await services.payments.run_alone(_pay_alone, services, payment, once)
        seconds = wait_seconds(prefer)
        if not seconds:
            return begun
        job = await services.live.jobs.follow(booking_id, seconds)
        return Response(
            _accepted(booking_id, job),
            status_code=HTTPStatus.ACCEPTED,
            headers={**begun.headers, "preference-applied": f"wait={seconds}"},
        )

    @post(
        "/payments/callback",
        operation_id="receivePaymentEvent",
        summary="Receive an event of the payment provider",
        operation_class=PaymentCallback,
        status_code=HTTPStatus.OK,
        opt={**PUBLIC, READS_BODY_ITSELF: True, "errors": (CallbackNotSigned, CallbackTooOld, Invalid, TooLarge)},
    )
    async def receive(self, request: Request[None, None, State], services: NamedDependency[Services]) -> EventReceived:
        """An event of the payment provider, signed with the shared secret. The response to a repeated event is the same as to a new one."""
        body = await request.body()
        secret = services.settings.payments.payments_secret
        headers = request.headers
        if secret is None:
            raise CallbackNotSigned("No payment provider is configured here.")
        verify(secret.get_secret_value(), headers.get("x-payment-timestamp"), headers.get("x-payment-signature"), body, now())
        event = events.read(body)
        if event is not None:
            await services.callbacks.receive(event)
        return EventReceived(True)


def _pay_alone(services: Services, payment: CardPayment, once: KeyedRequest | None) -> Response[BookingAccepted]:
    def work(connection: RawConnection) -> Done[BookingAccepted]:
        after = pay.pay(connection, payment.booking_id, payment.owner_id, payment.token)
        return Done(_begun(payment.booking_id), partial(after.run, services.redis, services.live.dispatcher))

    return answer_once(services, once, work)


def _begun(booking_id: UUID) -> Response[BookingAccepted]:
    headers = {"location": _job_url(booking_id), "retry-after": retry_after_header(None)}
    return Response(_accepted(booking_id), status_code=HTTPStatus.ACCEPTED, headers=headers)


def _accepted(booking_id: UUID, job: Job | None = None) -> BookingAccepted:
    status = job.booking.status if job and job.booking else BookingStatus.HELD
    return BookingAccepted(job_id=booking_id, booking_id=booking_id, status=status, status_url=_job_url(booking_id), job=job)


def _job_url(booking_id: UUID) -> str:
    return f"/api/v1/jobs/{booking_id}"
