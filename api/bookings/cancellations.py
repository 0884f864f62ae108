"""The endpoints to cancel in two steps, a quote and its confirmation, and to answer a schedule change."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bookings import on_behalf
from api.bookings.controller import owner, visible_to
from api.contract.headers import LOCATION
from api.http.authentication import FOR_BOOKING, limited
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.http.wire import RequestBody, Timestamp
from api.live.batches.cancellations import CancellationRequest
from api.live.batches.requests import NotBatched
from api.services import Services, SignedRequest
from core import money
from core.bookings import quotes
from core.bookings.errors import (
    BookingNotFound,
    MovedAgain,
    NoScheduleChange,
    NotCancellable,
    QuoteExpired,
    QuoteNotFound,
    QuoteSuperseded,
)
from core.bookings.quotes import Quote
from core.bookings.reading import queries
from core.bookings.reading.views import BookingView
from core.db import RawConnection
from core.flights import times
from core.idempotency.stored_responses import IdempotencyKeyReused, KeyedRequest
from core.lifecycle import accept_schedule_change
from core.lifecycle import cancel as cancelling
from core.ratelimit.limits import Scope
from core.users.tokens import Principal


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """The refund of a cancellation, guaranteed until `expires_at`. Only the newest quote of a booking can be confirmed."""

    id: UUID
    booking_id: UUID
    refund_amount: str
    fee_amount: str
    currency: str
    expires_at: datetime
    confirmed_at: datetime | None


class ScheduleChangeBody(RequestBody):
    """`keep`: the traveller accepts the new times. Otherwise cancel the booking, which is free of charge now."""

    action: Literal["keep"]
    new_departure_ts: Timestamp | None = None
    """The new departure that the traveller saw (`schedule_change`). If the flight was moved again since, the response is 409."""


class CancellationController(Controller):
    """Cancellations. Only the owner of a booking and administrators can use them; for all others the booking does not exist."""

    path = "/api/v1"
    tags = ("bookings",)
    opt = FOR_BOOKING

    @post(
        "/bookings/{booking_id:uuid}/cancellations",
        operation_id="quoteCancellation",
        summary="Request a quote for a cancellation",
        response_headers=(LOCATION,),
        guards=(limited(Scope.BOOKING_USER),),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NotCancellable, IdempotencyKeyReused)},
    )
    def quote(
        self,
        booking_id: FromPath[UUID],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[QuoteView]:
        """Nothing is cancelled yet. The sum of refund and fee is what was paid; both are `0.00` if nothing was paid."""

        def work(connection: RawConnection) -> Done[QuoteView]:
            quote = cancelling.quote(connection, booking_id, owner(request.user), services.settings.fares)
            headers = {"location": f"/api/v1/cancellations/{quote.id}"}
            return Done(Response(_quote_view(quote), status_code=HTTPStatus.CREATED, headers=headers))

        return answer_once(services, keyed(request, idempotency_key), work)

    @get(
        "/cancellations/{cancellation_id:uuid}",
        operation_id="getCancellation",
        summary="Get a quote",
        sync_to_thread=True,
        opt={"errors": (QuoteNotFound,)},
    )
    def read(self, cancellation_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> QuoteView:
        """The quote as it was made. `confirmed_at`: when the booking was cancelled with it; null: it was not."""
        with services.db.snapshot() as connection:
            return _quote_view(quotes.get_quote(connection, cancellation_id, visible_to(request.user)))

    @post(
        "/cancellations/{cancellation_id:uuid}/confirm",
        operation_id="confirmCancellation",
        summary="Confirm a quote",
        status_code=HTTPStatus.OK,
        opt={"errors": (QuoteNotFound, QuoteExpired, QuoteSuperseded, NotCancellable, IdempotencyKeyReused)},
    )
    async def confirm(
        self,
        cancellation_id: FromPath[UUID],
        request: SignedRequest,
        services: NamedDependency[Services],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[BookingView]:
        """Cancel the booking and refund the money, exactly once. The response is the cancelled booking, also if the quote is confirmed
        again.
        """
        once = keyed(request, idempotency_key)
        if once is None and not request.user.is_admin:
            with suppress(NotBatched):
                wanted = CancellationRequest(cancellation_id, request.user.user_id, is_quoted=True)
                return Response(await services.cancellations.submit(wanted), status_code=HTTPStatus.OK)
        return await services.cancellations.run_alone(_confirm_alone, services, cancellation_id, request.user, once)

    @post(
        "/bookings/{booking_id:uuid}/schedule-change",
        operation_id="answerScheduleChange",
        summary="Accept the new times of a booking",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NoScheduleChange, MovedAgain)},
    )
    def keep(
        self,
        booking_id: FromPath[UUID],
        data: JSONBody[ScheduleChangeBody],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> BookingView:
        """Accept the new times. From then on the cancellation fee applies again."""
        seen = None if data.new_departure_ts is None else times.read(data.new_departure_ts, "/new_departure_ts")
        with services.db.transaction() as connection:
            accept_schedule_change.keep(connection, booking_id, owner(request.user), seen=seen)
        with services.db.snapshot() as connection:
            return queries.get_booking(connection, booking_id, owner(request.user))


def _confirm_alone(
    services: Services, cancellation_id: UUID, user: Principal, once: KeyedRequest | None
) -> Response[BookingView]:
    """Confirm in a transaction of its own, which also stores the response of a request with a key, and the entry of an administrator."""
    settings = services.settings

    def work(connection: RawConnection) -> Done[BookingView]:
        booking_id, after = cancelling.confirm(
            connection, cancellation_id, owner(user), settings.fares, hold_minutes=settings.booking.hold_minutes
        )
        on_behalf.note_cancelled(connection, user, booking_id)
        view = queries.get_booking(connection, booking_id, owner(user))
        return Done(Response(view, status_code=HTTPStatus.OK), partial(after.run, services.redis, services.live.dispatcher))

    return answer_once(services, once, work)


def _quote_view(quote: Quote) -> QuoteView:
    return QuoteView(
        id=quote.id,
        booking_id=quote.booking_id,
        refund_amount=money.text(quote.refund_amount, quote.currency),
        fee_amount=money.text(quote.fee_amount, quote.currency),
        currency=quote.currency,
        expires_at=quote.expires_at,
        confirmed_at=quote.confirmed_at,
    )
