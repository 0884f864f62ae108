"""Refuse a request that changes something if any part of it is unknown, before anything is changed.

A client that sends `?dryrun=true` wants a dry run (`dry_run`), and must not get a real one. In a request that only reads, an
unknown parameter is ignored, a filter without a value has no effect, and a repeated parameter is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Request
from litestar.enums import ParamType, RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg

from core.errors import FieldError, Invalid, Malformed
from core.text.spelling import hint

READS = frozenset({"GET", "HEAD", "OPTIONS"})
READS_BODY_ITSELF: Final = "reads_body_itself"
"""In a handler's `opt`: the handler reads a body that is not in its signature, and checks every field of it."""
LISTED: Final = 20
"""How many faults one response lists."""
_LARGEST_EMPTY: Final = 1024
"""Bytes. A longer body is not an empty one."""
_EMPTY: Final = frozenset({b"", b"{}", b"null"})
"""The bodies of clients that send one with every request: they count as empty."""

_KEY: Final = b"idempotency-key"

Names = Collection[str]


async def require_understood(request: Request[Any, Any, Any]) -> None:
    """Refuse unknown and repeated parameters, form fields, and a body where none is read.

    Raises:
        Invalid: with every fault.
    """
    handler = request.route_handler
    query = request.scope["query_string"]
    if request.method in READS:
        if query:
            request.scope["query_string"] = _without_empty_filters(query, _optional(handler))
            _require_once(query, handler)
        return
    if sum(name == _KEY for name, _ in request.scope["headers"]) > 1:  # it is not clear which one the client would repeat
        raise Invalid.field(
            "Idempotency-Key:", "repeated", "This header appears more than once. Send it once. Nothing was changed."
        )
    if query:
        known, many = _parameters(handler)
        require_known(_names(query), known, many, pointer="?{}", what="parameter")
    form = _form_fields(handler)
    if form is not None:
        require_known(_names(await request.body()), form, frozenset(), pointer="/{}", what="field")
    elif handler.parsed_data_field is None and not handler.opt.get(READS_BODY_ITSELF):
        await _refuse_body(request)


def require_known(given: Iterable[str], known: Names, many: Names, *, pointer: str, what: str) -> None:
    """Refuse names that are not `known`, or that come twice and are not of `many`. `pointer`: name -> its place in the request, for the
    error.

    Raises:
        Invalid: with every fault.
    """
    errors: list[FieldError] = []
    for name, times in Counter(given).items():
        shown = name[:64]
        if name not in known:
            message = f"There is no {what} {shown!r}.{hint(name, known)} Nothing was changed."
            errors.append({"pointer": pointer.format(shown), "code": f"unknown_{what}", "message": message})
        elif times > 1 and name not in many:
            message = f"The {what} {name!r} appears {times} times. Send it once. Nothing was changed."
            errors.append({"pointer": pointer.format(shown), "code": "repeated", "message": message})
    if errors:
        raise Invalid.fields(errors[:LISTED])


def _require_once(query: bytes, handler: BaseRouteHandler) -> None:
    """Refuse a repeated parameter in a request that only reads: the answer to `?date=2027-03-01&date=2027-03-02` could be for either day.

    Raises:
        Invalid: with every repeated parameter.
    """
    known, many = _parameters(handler)
    times = Counter(_names(query))
    errors: list[FieldError] = [
        {
            "pointer": f"?{name}",
            "code": "repeated",
            "message": f"The parameter {name!r} appears {times[name]} times. Send it once.",
        }
        for name in times
        if times[name] > 1 and name in known and name not in many
    ]
    if errors:
        raise Invalid.fields(errors)


async def _refuse_body(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that no handler reads, because its sender expects an effect."""
    headers = dict(request.scope["headers"])
    length = headers.get(b"content-length", b"0")
    if length == b"0" and b"transfer-encoding" not in headers:
        return
    body = b""
    if not length.isdigit() or int(length) <= _LARGEST_EMPTY:
        async for piece in request.stream():
            body += piece
            if len(body) > _LARGEST_EMPTY:
                break
    if body.strip() not in _EMPTY or (length.isdigit() and int(length) > _LARGEST_EMPTY):
        raise Invalid.field("", "unknown_field", "This address takes no body. Send the request without one. Nothing was changed.")


def _names(query: bytes) -> list[str]:
    try:
        return [name for name, _ in parse_qsl(query.decode(), keep_blank_values=True, errors="strict")]
    except ValueError as error:
        raise Malformed("The form is not UTF-8, or has too many fields.") from error


def _without_empty_filters(query: bytes, optional: Names) -> bytes:
    """Only what is optional is left out: an empty value of a required parameter is for the handler to refuse."""
    if b"=&" not in query and not query.endswith(b"="):
        return query
    pairs = parse_qsl(query.decode(), keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if value or name not in optional]).encode()


@lru_cache(1024)
def _parameters(handler: BaseRouteHandler) -> tuple[frozenset[str], frozenset[str]]:
    """The query parameters of an operation, and those of them that may come more than once."""
    fields = _query_fields(handler)
    return frozenset(fields), frozenset(name for name, field in fields.items() if field.is_non_string_sequence)


@lru_cache(1024)
def _optional(handler: BaseRouteHandler) -> frozenset[str]:
    return frozenset(name for name, field in _query_fields(handler).items() if not field.is_required)


def _query_fields(handler: BaseRouteHandler) -> dict[str, Any]:
    dependencies = handler.resolve_dependencies()
    return {
        field.kwarg_definition.name or name: field
        for name, field in handler.parsed_fn_signature.parameters.items()
        if name not in dependencies
        and isinstance(field.kwarg_definition, ParameterKwarg)
        and field.kwarg_definition.param_type is ParamType.QUERY
    }


@lru_cache(1024)
def _form_fields(handler: BaseRouteHandler) -> frozenset[str] | None:
    """The fields of the form of an operation; None if it has no form."""
    data = handler.parsed_data_field
    if data is None or not isinstance(data.kwarg_definition, BodyKwarg):
        return None
    if data.kwarg_definition.media_type != RequestEncodingType.URL_ENCODED:
        return None
    return frozenset(field.encode_name for field in msgspec.structs.fields(data.annotation))
