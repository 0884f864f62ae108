"""Every exception that reaches the edge becomes a problem here, and nowhere else."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import psycopg
import redis.exceptions
import sqlalchemy.exc
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from api.problems import MEDIA_TYPE, Problem
from core.errors import AppError

log = structlog.get_logger(__name__)

SERVER_AWAY: tuple[type[Exception], ...] = (
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
)

_CODES = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}

_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method; see the Allow header.",
    413: "The body is larger than this address accepts.",
}


def problem_of(error: Exception) -> Problem:
    """What a client is told about `error`."""
    match error:
        case AppError():
            headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
            return Problem(int(error.status), error.code, error.detail, error.retryable, error.data, headers)
        case ValidationException():
            errors = [_field_error(entry) for entry in error.extra or [] if isinstance(entry, dict)]
            return Problem(422, "validation", "Some of the request cannot be used; see errors.", data={"errors": errors})
        case HTTPException() if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            status = error.status_code
            return Problem(
                status, _CODES.get(status, "malformed"), _DETAILS.get(status, error.detail), headers=error.headers or {}
            )
        case _ if isinstance(error, SERVER_AWAY):
            return Problem(503, "unavailable", "A server that this needs does not answer. Try again shortly.", retryable=True)
        case _:
            return Problem(500, "internal", "Something went wrong on our side. The request id finds it in the logs.")


def _field_error(entry: dict[str, Any]) -> dict[str, str]:
    """One of Litestar's parameter errors in our words: `?limit` is a query parameter, `If-Match:` a header, `/seats` a body field."""
    key = str(entry.get("key", ""))
    pointer = {"query": f"?{key}", "header": f"{key}:", "cookie": f"{key}="}.get(str(entry.get("source")), f"/{key}")
    message = re.sub(r"\s+", " ", str(entry.get("message", "not valid"))).strip()
    return {"pointer": pointer, "code": "missing" if "required" in message.lower() else "invalid", "message": message}


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's hook: the problem as a response. What is our fault is logged with its trace; nothing of it is sent."""
    problem = problem_of(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    elif problem.status == HTTPStatus.SERVICE_UNAVAILABLE and not isinstance(error, AppError):
        log.warning("server_away", method=request.method, path=request.url.path, error=str(error))
    return Response(
        problem.body(instance=request.url.path, request_id=request.scope["state"].get("request_id", "")),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.all_headers(),
    )


EXCEPTION_HANDLERS: ExceptionHandlersMap = {AppError: answer, HTTPException: answer, Exception: answer}
