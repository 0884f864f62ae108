"""Errors that are reported to clients. Each has a stable code, an HTTP status and data. `api/http/errors.py` makes the answers
from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NotRequired, TypedDict


class AppError(Exception):
    """The reason why a request was refused. `detail`: a sentence for the client.

    `data` is added to the problem+json body. `retry_after` (seconds) becomes the `Retry-After` header.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, retry_after: int | None = None, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.data = data


class Malformed(AppError):
    """The request cannot be parsed."""

    code = "malformed"
    status = HTTPStatus.BAD_REQUEST


class NotFound(AppError):
    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class Conflict(AppError):
    code = "conflict"
    status = HTTPStatus.CONFLICT


class FieldError(TypedDict):
    """Why one value of a request is not allowed. `pointer`: `/seats` is a field of the body, `?date` a parameter, `If-Match:` a header.
    `candidates`: for a place that is not clear, the airports to choose from.
    """

    pointer: str
    code: str
    message: str
    candidates: NotRequired[list[dict[str, str | None]]]


class Invalid(AppError):
    """The request can be parsed, but a value is not allowed. `errors` in `data`: a `FieldError` for each."""

    code = "validation"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    @classmethod
    def field(cls, pointer: str, code: str, message: str) -> Invalid:
        return cls.fields([{"pointer": pointer, "code": code, "message": message}])

    @classmethod
    def fields(cls, errors: Sequence[FieldError]) -> Invalid:
        """Its detail has the messages of all errors."""
        return cls(" ".join(error["message"] for error in errors), errors=list(errors))


class Unavailable(AppError):
    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retryable = True


class Overloaded(Unavailable):
    """So much work is waiting that new work would not be done in an acceptable time."""

    code = "overloaded"
