"""The provider over HTTP: `POST /charges`, `GET /charges/{id}`, `GET /charges`, `POST /refunds`. `mockpay` serves the same API."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
import certifi
import msgspec
import structlog

from core import money
from core.payments.provider import (
    CapturedCharge,
    CapturesPage,
    Charge,
    ChargeOutcome,
    ChargeStatus,
    LedgerUnreadable,
    RefundOutcome,
)
from core.telemetry.incidents import Incident
from core.text.nesting import is_too_deep

CONNECT_SECONDS: Final = 2.0
IDLE_SECONDS: Final = 4.0
"""How long a connection is kept for the next call. Servers often close it after 5 s; a call that is sent at that moment gets no answer, and is
sent again (`_receive`)."""
LOOKUP_SECONDS: Final = 4.0
"""The time limit of a look-up, so that it and the charge that may follow end within the lease of one claim (`core/lease.py`)."""
UNUSED_ID: Final = UUID(int=0)
"""No payment has this id."""
MAX_RESPONSE_BYTES: Final = 64 * 1024
PAGE: Final = 200
"""The number of captures in one request. So many fit into `MAX_RESPONSE_BYTES`."""
REFUSALS: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY})
"""The statuses by which the provider refuses a request for good. With others, the request may succeed later."""

_JSON: Final = {"content-type": "application/json"}
_UNSENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, UnicodeError)
"""Errors before anything was sent. UnicodeError: the name of the host has an empty part, or a part that is too long."""
_LOST: Final = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
"""The connection was closed or reset before there was a response."""
_log = structlog.get_logger(__name__)
_failing = Incident(_log, "the payment provider failed", "the payment provider does not fail any more")


class _ChargeBody(msgspec.Struct):
    id: str
    amount: str
    currency: str
    status: str
    decline_code: str | None = None


class _Capture(msgspec.Struct):
    id: str
    amount: str
    currency: str
    refunded: str


class _CapturesBody(msgspec.Struct):
    data: list[_Capture]
    next_cursor: str | None


_captures: Final = msgspec.json.Decoder(_CapturesBody)
_charges: Final = msgspec.json.Decoder(_ChargeBody)
_STATUSES: Final = {"captured": ChargeStatus.CAPTURED, "declined": ChargeStatus.DECLINED, "processing": ChargeStatus.PROCESSING}


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class HttpProvider:
    """`seconds`: the time limit of one call, from the connection to the last byte of the response. Create it on its event loop."""

    def __init__(self, base_url: str, *, seconds: float) -> None:
        self._seconds = seconds
        self._unreached = Incident(_log, "the payment provider cannot be reached", "the payment provider is reached again")
        self._silent = Incident(_log, "the payment provider did not answer", "the payment provider answers again")
        self._base_url = base_url.rstrip("/")
        # No limit: the caller limits its calls, and a call that waits here could not be told from one that was sent.
        self._session = self._open(aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS, ssl=_tls_context()))
        self._unkept = self._open(aiohttp.TCPConnector(limit=0, force_close=True, ssl=_tls_context()))
        """Makes a new connection for each request."""

    async def charge(self, charge: Charge) -> ChargeOutcome:
        body = {
            "id": str(charge.payment_id),
            "amount": money.text(charge.amount, charge.currency),
            "currency": charge.currency,
            "token": charge.token,
            "description": charge.description,
        }
        response = await self._call("POST", "/charges", body, seconds=self._seconds)
        if isinstance(response, ChargeStatus):
            return ChargeOutcome(response)
        if response.status in REFUSALS:
            return ChargeOutcome(ChargeStatus.DECLINED, "rejected")
        return _read(charge, response)

    async def look_up(self, charge: Charge) -> ChargeOutcome:
        response = await self._call("GET", f"/charges/{charge.payment_id}", seconds=min(LOOKUP_SECONDS, self._seconds))
        if isinstance(response, ChargeStatus):
            return ChargeOutcome(response)
        if response.status == HTTPStatus.NOT_FOUND:
            return ChargeOutcome(ChargeStatus.NOT_FOUND)
        return _read(charge, response)

    async def refund(self, refund_id: UUID, payment_id: UUID, amount: Decimal, currency: str) -> RefundOutcome:
        body = {"id": str(refund_id), "charge_id": str(payment_id), "amount": money.text(amount, currency)}
        response = await self._call("POST", "/refunds", body, seconds=self._seconds)
        if isinstance(response, ChargeStatus):
            return RefundOutcome.UNKNOWN
        if response.is_success:
            return RefundOutcome.DONE
        return RefundOutcome.REFUSED if response.status in REFUSALS else RefundOutcome.UNKNOWN

    async def list_captures(self, cursor: str | None) -> CapturesPage:
        query = urlencode({"status": "captured", "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {}))
        response = await self._call("GET", f"/charges?{query}", seconds=self._seconds)
        if isinstance(response, ChargeStatus):
            raise LedgerUnreadable("the payment provider did not answer.")
        if not response.is_success:
            raise LedgerUnreadable(f"the payment provider answered {response.status} to GET /charges.")
        try:
            page = _captures.decode(response.content)
            captures = tuple(
                CapturedCharge(each.id, Decimal(each.amount), each.currency, Decimal(each.refunded)) for each in page.data
            )
        except (ValueError, ArithmeticError) as error:
            raise LedgerUnreadable(f"the payment provider answered with something that cannot be read: {error}.") from error
        return CapturesPage(captures, page.next_cursor)

    async def answers(self) -> bool:
        """Look up a charge that does not exist. Failures are not logged here, because the caller calls this again and again, and logs them."""
        try:
            response = await self._receive("GET", f"/charges/{UNUSED_ID}", None, self._seconds)
        except (aiohttp.ClientError, TimeoutError, UnicodeError):
            return False
        return response is not None and response.status < HTTPStatus.INTERNAL_SERVER_ERROR

    async def close(self) -> None:
        await self._session.close()
        await self._unkept.close()

    def _open(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, connect=min(CONNECT_SECONDS, self._seconds)),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float
    ) -> _Response | ChargeStatus:
        try:
            response = await self._receive(method, path, body, seconds)
            self._unreached.succeeded()
            self._silent.succeeded()
            return response or ChargeStatus.UNKNOWN
        except _UNSENT as error:
            self._unreached.failed(error=repr(error))
            return ChargeStatus.NOT_SENT
        except (aiohttp.ClientError, TimeoutError) as error:
            self._silent.failed(path=path, error=repr(error))
            return ChargeStatus.UNKNOWN

    async def _receive(self, method: str, path: str, body: dict[str, Any] | None, seconds: float) -> _Response | None:
        """The whole response; None if it is longer than `MAX_RESPONSE_BYTES`.

        If the connection is lost before a response, the request is sent once more on a new connection: the provider may just have closed a
        connection that was kept, without reading the request. If it has read it, the response is the same, because every POST has an
        idempotency key.
        """
        async with asyncio.timeout(seconds):
            try:
                return await self._exchange(self._session, method, path, body)
            except _LOST as lost:
                if isinstance(lost, _UNSENT):
                    raise
                try:
                    return await self._exchange(self._unkept, method, path, body)
                except _UNSENT:
                    raise lost from None  # the first request may have arrived

    async def _exchange(
        self, session: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None
    ) -> _Response | None:
        data, headers = (None, None) if body is None else (msgspec.json.encode(body), _JSON)
        async with session.request(method, self._base_url + path, data=data, headers=headers, allow_redirects=False) as response:
            received = bytearray()
            async for chunk in response.content.iter_any():
                received += chunk
                if len(received) > MAX_RESPONSE_BYTES:
                    return None
            return _Response(response.status, bytes(received))


@cache
def _tls_context() -> ssl.SSLContext:
    """A context with the certificates of `certifi`. Reading them takes long."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def _read(charge: Charge, response: _Response) -> ChargeOutcome:
    if not response.is_success:
        _failing.failed(payment_id=str(charge.payment_id), status=response.status)
        return ChargeOutcome(ChargeStatus.UNKNOWN)
    _failing.succeeded()
    try:
        body = _decode(response.content)
        is_same = (body.id, Decimal(body.amount), body.currency) == (str(charge.payment_id), charge.amount, charge.currency)
    except (ValueError, ArithmeticError) as error:  # what msgspec raises is a ValueError, for bad UTF-8 as well
        _log.error("an answer of the payment provider cannot be read", payment_id=str(charge.payment_id), error=str(error))
        return ChargeOutcome(ChargeStatus.UNKNOWN)
    if not is_same:
        _log.error("the payment provider answers about another charge", payment_id=str(charge.payment_id), answered=body.id)
        return ChargeOutcome(ChargeStatus.UNKNOWN)
    return ChargeOutcome(_STATUSES.get(body.status, ChargeStatus.UNKNOWN), body.decline_code)


def _decode(response: bytes) -> _ChargeBody:
    """
    Raises:
        ValueError: the response cannot be read.
    """
    if is_too_deep(response):
        raise ValueError("it is nested too deeply")
    return _charges.decode(response)
