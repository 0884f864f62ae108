"""Convert exceptions to responses (problem details, RFC 9457). This is the only place that does it."""

from __future__ import annotations

import errno
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import psycopg
import redis.exceptions
import sqlalchemy.exc
import structlog
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException, ValidationException
from litestar.params import ParameterKwarg
from litestar.types import ExceptionHandlersMap
from litestar.typing import FieldDefinition

from api.http.problems import INTERNAL, MEDIA_TYPE, Problem
from api.http.validation_messages import field_error
from core.db import BUSY
from core.errors import AppError, FieldError
from core.telemetry.incidents import Incidents
from core.users.tokens import AccountGone

log = structlog.get_logger(__name__)
_rows_busy = Incidents(log, "rows_busy")
_servers_away = Incidents(log, "server_away")
"""Incidents by the kind of error. `api/readiness` logs when a server is available again."""

SERVER_AWAY: tuple[type[Exception], ...] = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
)
"""Not all errors of `core.db.AWAY`, because a unit of work raises further errors of SQLAlchemy if a row is the cause."""

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

_CLIENT_LEFT = "client disconnected prematurely"
"""Litestar's message if a client disconnects during its own request, which is not an error of ours."""

_NO_FILE = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP, errno.EINVAL)
"""Errors of the file system for a path at which no file can exist."""

JSON_BODY_BYTES: Final = 16 * 1024
"""The largest body, except that of a file."""

_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method; see the Allow header.",
    413: f"The body is too large: it may have {JSON_BODY_BYTES // 1024} kB here.",
}


def to_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The exception handler for Litestar. An unexpected error is logged with its traceback, which is not sent to the client."""
    problem = problem_of(error, request)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", method=request.method, path=request.scope["path"], exc_info=error)
    elif _is_away(error):
        cause = _cause(error)
        trouble = _rows_busy if isinstance(cause, BUSY) else _servers_away
        description = f"{type(cause).__name__}: {cause}".strip()
        trouble.failed(type(cause).__name__, method=request.method, path=request.scope["path"], error=description)
    return Response(
        problem.body(instance=request.scope["path"], request_id=request.scope["state"].get("request_id", "")),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.all_headers(),
    )


EXCEPTION_HANDLERS: ExceptionHandlersMap = {AppError: to_response, HTTPException: to_response, Exception: to_response}


def problem_of(error: Exception, request: Request[Any, Any, Any]) -> Problem:
    """The problem that is sent to the client of `request` for `error`."""
    match error:
        case AppError():
            headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
            return Problem(int(error.status), error.code, error.detail, error.retryable, error.data, headers)
        case ValidationException():
            detail = "Some of the request cannot be used; see errors."
            return Problem(422, "validation", detail, data={"errors": _errors_of(error, request)})
        case MethodNotAllowedException():
            methods = {"OPTIONS", *(error.headers or {}).get("allow", "").split(", ")}
            allowed = sorted(methods | {"HEAD"} if "GET" in methods else methods)
            return Problem(405, "method_not_allowed", _DETAILS[405], headers={"allow": ", ".join(allowed)})
        case HTTPException() if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            status = error.status_code
            return Problem(status, _CODES.get(status, "malformed"), _DETAILS.get(status, error.detail))
        case InternalServerException(detail=detail) if detail == _CLIENT_LEFT:
            return Problem(400, "malformed", "The body ended before it was complete.")
        case InternalServerException(__cause__=OSError(errno=number)) if number in _NO_FILE:
            return Problem(404, "not_found", _DETAILS[404])
        case psycopg.errors.ForeignKeyViolation() if (error.diag.constraint_name or "").endswith("_user_id"):
            return problem_of(AccountGone(), request)
        case _ if isinstance(_cause(error), BUSY):
            return Problem(503, "unavailable", "Another request is changing the same data. Try again shortly.", retryable=True)
        case _ if isinstance(_cause(error), psycopg.errors.QueryCanceled):
            return Problem(503, "unavailable", "The database took too long for this. Try again shortly.", retryable=True)
        case _ if _is_away(error):
            return Problem(503, "unavailable", "A server that this needs does not answer. Try again shortly.", retryable=True)
        case _:
            return INTERNAL


def _is_away(error: Exception) -> bool:
    return isinstance(error, SERVER_AWAY) or isinstance(_cause(error), SERVER_AWAY)


def _cause(error: Exception) -> BaseException:
    """The error of the driver, if SQLAlchemy has wrapped it in one of its own."""
    return getattr(error, "orig", None) or error


def _errors_of(error: ValidationException, request: Request[Any, Any, Any]) -> list[FieldError]:
    """Every parameter that is wrong; or, since Litestar stops at the first one that is absent, every one that is absent."""
    parameters = request.route_handler.parsed_fn_signature.parameters
    if error.extra:
        return [_parameter_error(entry, parameters) for entry in error.extra if isinstance(entry, dict)]
    dependencies = request.route_handler.resolve_dependencies()
    given = {ParamType.QUERY: request.query_params, ParamType.HEADER: request.headers, ParamType.COOKIE: request.cookies}
    return [
        {"pointer": _pointer(name, definition), "code": "missing", "message": "This parameter is required."}
        for name, definition in parameters.items()
        if isinstance(definition.kwarg_definition, ParameterKwarg)
        and definition.is_required
        and name not in dependencies
        and (definition.kwarg_definition.name or name) not in given.get(definition.kwarg_definition.param_type, name)
    ]


def _parameter_error(entry: dict[str, Any], parameters: dict[str, FieldDefinition]) -> FieldError:
    key = str(entry.get("key", ""))
    if key == "data":  # the form does not have this field
        return field_error(str(entry.get("message", "")))
    if key not in parameters:
        return field_error(str(entry.get("message", "")), inside=f"/{key.replace('.', '/')}")
    error = field_error(str(entry.get("message", "")), inside=_pointer(key, parameters[key]))
    if error["code"] == "unknown_value":
        error["message"] += _choices(parameters[key])
    return error


def _choices(definition: FieldDefinition) -> str:
    """A sentence, with a space before it, that names the allowed values of a parameter; empty if they are not a few words."""
    kinds = [definition.annotation, *(inner.annotation for inner in definition.inner_types)]
    choices = [str(choice.value) for kind in kinds if isinstance(kind, type) and issubclass(kind, Enum) for choice in kind]
    return f" Choose one of {', '.join(choices)}." if choices else ""


def _pointer(name: str, definition: FieldDefinition) -> str:
    """`?limit` is a query parameter, `If-Match:` a header, `session=` a cookie, `{id}` a part of the path, `/seats` a body field."""
    parameter = definition.kwarg_definition
    if not isinstance(parameter, ParameterKwarg):
        return f"/{name}"
    spelled = parameter.name or name
    match parameter.param_type:
        case ParamType.HEADER:
            return f"{spelled}:"
        case ParamType.COOKIE:
            return f"{spelled}="
        case ParamType.PATH:
            return f"{{{spelled}}}"
        case _:
            return f"?{spelled}"
