"""The shape of every error response: RFC 9457 problem details."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec

from core.bookings.states import BookingAction, BookingStatus

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class PlaceCandidate(msgspec.Struct):
    """An airport that a name in the request may mean."""

    iata: str
    city: str
    country: str


class FieldProblem(msgspec.Struct):
    """One thing that is wrong with a request."""

    pointer: str
    """`/seats` a field of the body (JSON pointer), `?limit` a query parameter, `If-Match:` a header."""
    code: str
    message: str
    candidates: list[PlaceCandidate] | msgspec.UnsetType = msgspec.UNSET
    """The airports to choose from, if a name is ambiguous or probably misspelt."""


class Amount(msgspec.Struct):
    """A total, as a decimal string with its currency."""

    amount: str
    currency: str


class ProblemBody(msgspec.Struct, omit_defaults=True):
    """The shape of every error response (RFC 9457). Some codes add members of their own; `docs/errors.md` lists them."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    retryable: bool
    """Whether the same request may succeed later."""
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET
    """What is wrong with the request, all at once."""
    flight_id: UUID | msgspec.UnsetType = msgspec.UNSET
    booking_id: UUID | msgspec.UnsetType = msgspec.UNSET
    booking_status: BookingStatus | msgspec.UnsetType = msgspec.UNSET
    available_actions: list[BookingAction] | msgspec.UnsetType = msgspec.UNSET
    expected: Amount | list[str] | msgspec.UnsetType = msgspec.UNSET
    """The total of the request (`price_changed`), or the columns that a file may have (`bad_header`)."""
    actual: Amount | msgspec.UnsetType = msgspec.UNSET
    limit: int | msgspec.UnsetType = msgspec.UNSET
    free: int | msgspec.UnsetType = msgspec.UNSET
    held: int | msgspec.UnsetType = msgspec.UNSET
    sold: int | msgspec.UnsetType = msgspec.UNSET
    total_seats: int | msgspec.UnsetType = msgspec.UNSET
    version: int | msgspec.UnsetType = msgspec.UNSET
    until: datetime | msgspec.UnsetType = msgspec.UNSET
    new_departure_ts: datetime | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Problem:
    """An error response before it is written.

    `code` is from the registry in `docs/errors.md`; `data` adds members to the body (never one of the standard ones).
    """

    status: int
    code: str
    detail: str
    retryable: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, *, instance: str, request_id: str) -> bytes:
        """The encoded body. `instance` is the path of the request."""
        return msgspec.json.encode(
            {
                **self.data,
                "type": f"urn:skyqueue:problem:{self.code}",
                "title": self.code.replace("_", " ").capitalize(),
                "status": self.status,
                "detail": self.detail,
                "instance": instance,
                "code": self.code,
                "request_id": request_id,
                "retryable": self.retryable,
            },
            enc_hook=str,
        )

    def all_headers(self) -> dict[str, str]:
        """The headers that the status requires, and those of the problem."""
        headers = {}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer realm="skyqueue"'
        if self.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            headers["retry-after"] = str(RETRY_SECONDS)
        return headers | self.headers


INTERNAL: Final = Problem(500, "internal", "Something went wrong on our side. The request id finds it in the logs.")
