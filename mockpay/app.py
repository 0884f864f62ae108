"""The HTTP API of the provider. Every POST is idempotent: the merchant chooses the id, and the same id is the same charge or refund."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from litestar import Litestar, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from mockpay.callbacks import Messenger
from mockpay.ledger import Charge, KeyReused, Ledger, NotRefundable, Refund, money
from mockpay.settings import MockpaySettings
from mockpay.tokens import Tokens

Key = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Amount = Annotated[str, Meta(pattern=r"^\d{1,10}(\.\d{1,3})?$")]


class ChargeIn(msgspec.Struct):
    id: Key
    amount: Amount
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    token: Annotated[str, Meta(min_length=1, max_length=64)]
    description: Annotated[str, Meta(max_length=200)] = ""


class RefundIn(msgspec.Struct):
    id: Key
    charge_id: Key
    amount: Amount


class ChargeOut(msgspec.Struct):
    """`status` is `processing`, `captured` or `declined`."""

    id: str
    amount: str
    currency: str
    status: str
    decline_code: str | None


class RefundOut(msgspec.Struct):
    id: str
    charge_id: str
    amount: str
    status: str = "succeeded"


class CaptureOut(msgspec.Struct):
    id: str
    amount: str
    currency: str
    refunded: str


class CapturesOut(msgspec.Struct):
    """A page of the captured charges. `next_cursor`: the cursor of the next page; null: this is the last."""

    data: list[CaptureOut]
    next_cursor: str | None


class LedgerOut(msgspec.Struct):
    """The whole ledger. `captured` and `refunded` are totals over all currencies."""

    captured: str
    refunded: str
    charges: list[ChargeOut]
    refunds: list[RefundOut]


class Provider:
    """The ledger, the settings and the task for callbacks, which all handlers use."""

    def __init__(self, settings: MockpaySettings) -> None:
        self.ledger = Ledger(settings.ledger)
        self._settings = settings
        self._tokens = Tokens(settings)
        self._random = random.Random(settings.failure_seed)
        secret, url = settings.read_secret(), settings.callback_url
        self.messenger = Messenger(self.ledger, url, secret) if url else None

    async def charge(self, wanted: ChargeIn) -> Response[Any]:
        behaviour = self._tokens.behaviour(wanted.token)
        early, late = self._fails(), self._fails()
        if early or (behaviour.fails_once and await asyncio.to_thread(self.ledger.fail_once, wanted.id)):
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
        works_for = behaviour.works_for + self._settings.latency_ms / 1000
        status = "declined" if behaviour.declined else "processing" if works_for else "captured"
        new = Charge(wanted.id, thousandths(wanted.amount), wanted.currency, wanted.token, status, behaviour.declined)
        charge, is_new = await asyncio.to_thread(self.ledger.open, new, copies=behaviour.events)
        if is_new and charge.status == "processing":
            await asyncio.sleep(works_for)
            charge = await asyncio.to_thread(self.ledger.capture, charge, copies=behaviour.events)
        if is_new:
            self._send_events()
            await asyncio.sleep(behaviour.answers_after)
        if late:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
        return Response(_charge(charge), status_code=HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    async def refund(self, wanted: RefundIn) -> Response[Any]:
        early, late = self._fails(), self._fails()
        if early:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
        refund = await asyncio.to_thread(self.ledger.refund, Refund(wanted.id, wanted.charge_id, thousandths(wanted.amount)))
        if late:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
        return Response(_refund(refund), status_code=HTTPStatus.CREATED)

    def _fails(self) -> bool:
        return self._random.random() < self._settings.failure_rate / 2

    def _send_events(self) -> None:
        if self.messenger is not None:
            self.messenger.wake()


@post("/charges")
async def create_charge(data: JSONBody[ChargeIn], state: State) -> Response[Any]:
    return await _provider(state).charge(data)


@get("/charges/{charge_id:str}")
async def read_charge(charge_id: FromPath[str], state: State) -> Response[Any]:
    charge = await asyncio.to_thread(_provider(state).ledger.find_charge, charge_id)
    return Response(_charge(charge)) if charge else _problem(HTTPStatus.NOT_FOUND, "not_found")


@get("/charges", sync_to_thread=True)
def list_captures(
    state: State,
    status: FromQuery[Literal["captured"]],  # noqa: ARG001  # required, so that another list can be added; it has one value now
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 200,
    cursor: Annotated[int, QueryParameter(ge=0)] = 0,
) -> CapturesOut:
    captures = _provider(state).ledger.list_captures(cursor, limit + 1)
    data = [CaptureOut(each.id, money(each.amount), each.currency, money(each.refunded)) for each in captures[:limit]]
    return CapturesOut(data, str(captures[limit - 1].place) if len(captures) > limit else None)


@post("/refunds")
async def create_refund(data: JSONBody[RefundIn], state: State) -> Response[Any]:
    return await _provider(state).refund(data)


@get("/refunds/{refund_id:str}")
async def read_refund(refund_id: FromPath[str], state: State) -> Response[Any]:
    refund = await asyncio.to_thread(_provider(state).ledger.find_refund, refund_id)
    return Response(_refund(refund)) if refund else _problem(HTTPStatus.NOT_FOUND, "not_found")


@get("/ledger", sync_to_thread=True)
def read_ledger(state: State) -> LedgerOut:
    ledger = _provider(state).ledger
    charges, refunds = ledger.list_charges(), ledger.list_refunds()
    return LedgerOut(
        captured=money(sum(charge.amount for charge in charges if charge.status == "captured")),
        refunded=money(sum(refund.amount for refund in refunds)),
        charges=[_charge(charge) for charge in charges],
        refunds=[_refund(refund) for refund in refunds],
    )


@get("/health", sync_to_thread=False)
def read_health() -> dict[str, str]:
    return {"status": "ok"}


def create_app(settings: MockpaySettings | None = None) -> Litestar:
    """The application. The ledger file that the settings name is created if it is missing."""
    settings = settings or MockpaySettings()

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        provider = app.state.provider = Provider(settings)
        messages = asyncio.create_task(provider.messenger.run()) if provider.messenger else None
        try:
            yield
        finally:
            if messages is not None:
                messages.cancel()
                with suppress(asyncio.CancelledError):
                    await messages
            provider.ledger.close()

    return Litestar(
        [create_charge, read_charge, list_captures, create_refund, read_refund, read_ledger, read_health],
        lifespan=[lifespan],
        exception_handlers={
            KeyReused: lambda _request, _error: _problem(HTTPStatus.CONFLICT, "key_reused"),
            NotRefundable: lambda _request, _error: _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "not_refundable"),
            # Bodies that msgspec cannot read, of which Litestar does not know.
            RecursionError: lambda _request, _error: _problem(HTTPStatus.BAD_REQUEST, "malformed"),
            UnicodeDecodeError: lambda _request, _error: _problem(HTTPStatus.BAD_REQUEST, "malformed"),
        },
        request_max_body_size=16 * 1024,
        logging_config=None,
        openapi_config=None,
    )


def thousandths(amount: str) -> int:
    return int(Decimal(amount) * 1000)


def _provider(state: State) -> Provider:
    provider: Provider = state.provider
    return provider


def _charge(charge: Charge) -> ChargeOut:
    return ChargeOut(charge.id, money(charge.amount), charge.currency, charge.status, charge.decline_code)


def _refund(refund: Refund) -> RefundOut:
    return RefundOut(refund.id, refund.charge_id, money(refund.amount))


def _problem(status: HTTPStatus, code: str) -> Response[Any]:
    return Response({"code": code}, status_code=status)
