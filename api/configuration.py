"""The settings of this installation that clients need."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency

from api.contract.headers import CACHE_CONTROL
from api.http.authentication import PUBLIC
from api.services import Services

KEPT_SECONDS = 60


class CancellationTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The cancellation fee. Within `free_hours` after the booking, and at least `free_days` before departure, cancelling is free. Later the
    fee is `fee_percent` of what was paid. In the last `no_refund_hours` before departure nothing is refunded.
    """

    free_hours: int
    free_days: int
    fee_percent: Decimal
    no_refund_hours: int


class ConfigurationView(msgspec.Struct, frozen=True, kw_only=True):
    """How bookings are made here."""

    payment_required: bool
    """Whether a booking needs a card or a hold. If not, it can also be made without a payment."""
    hold_minutes: int
    """How many minutes seats are held before they are paid."""
    hold_limit: int
    """The most unpaid bookings of one traveller at a time."""
    cancellation: CancellationTerms


class ConfigurationController(Controller):
    tags = ("configuration",)

    @get(
        "/api/v1/configuration",
        operation_id="getConfiguration",
        summary="Get the rules of this installation",
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=False,
        opt=PUBLIC,
    )
    def read(self, services: NamedDependency[Services]) -> Response[ConfigurationView]:
        """Whether a booking needs a payment, how long seats are held, and what cancelling costs."""
        booking, fares = services.settings.booking, services.settings.fares
        view = ConfigurationView(
            payment_required=booking.require_payment == "on",
            hold_minutes=booking.hold_minutes,
            hold_limit=booking.hold_limit,
            cancellation=CancellationTerms(
                free_hours=fares.cancel_free_hours,
                free_days=fares.cancel_free_days,
                fee_percent=fares.cancel_fee_percent,
                no_refund_hours=fares.cancel_no_refund_hours,
            ),
        )
        return Response(view, headers={"cache-control": f"public, max-age={KEPT_SECONDS}"})
