"""Decode the body of a request into the type that its handler needs, or report its errors.

The bytes are decoded once, directly into the handler's type, and strictly: `"1"` is not a number, `1.0` is not an integer. Only
if that fails, the body is decoded again field by field, so that the response has all errors at once.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.handlers import BaseRouteHandler
from litestar.params import BodyKwarg

from api.http.validation_messages import field_error, phrased
from core.errors import AppError, FieldError, Invalid, Malformed
from core.text.nesting import is_too_deep
from core.text.spelling import hint

_JSON_TYPE: Final = re.compile(r"application/(?:[\w.!#$&^-]+\+)?json", re.IGNORECASE)
_NUL_ESCAPE: Final = b"\\u0000"
_NAMES: Final = re.compile(rb'"([^"\\]*)"\s*:')
_ESCAPED_NAME: Final = re.compile(rb'\\[^"]*"\s*:')
LISTED: Final = 20
"""How many repeated names a response lists."""


class TooLarge(AppError):
    """The body is larger than this address accepts."""

    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(AppError):
    """A body of another kind, or a compressed one."""

    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def require_readable(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that is missing, or whose content type is not the one of the handler's `data`, without reading it."""
    expected = _expected_media_type(request.route_handler)
    if expected is None:
        return
    given, has_body = b"", False
    for name, value in request.scope["headers"]:  # cheaper than Litestar's Headers, and this is every request with a body
        if name == b"content-type":
            given = value
        elif name == b"content-length":
            has_body = value != b"0"
        elif name == b"transfer-encoding":
            has_body = True
    if not has_body:
        if _body_is_required(request.route_handler):
            raise Malformed(f"This needs a body of {expected}.")
        return
    if not _fits(given[:100], expected):
        raise UnsupportedMediaType(f"Send the body with Content-Type: {expected}.")


@lru_cache(256)
def _fits(given: bytes, expected: str) -> bool:
    media_type = given.decode("latin-1").partition(";")[0].strip()
    if expected == RequestEncodingType.JSON:
        return _JSON_TYPE.fullmatch(media_type) is not None
    return media_type.lower() == expected


@lru_cache(1024)
def _expected_media_type(handler: BaseRouteHandler) -> str | None:
    data = handler.parsed_data_field
    if data is None or not isinstance(data.kwarg_definition, BodyKwarg):
        return None
    return str(getattr(data.kwarg_definition.media_type, "value", data.kwarg_definition.media_type))


def _body_is_required(handler: BaseRouteHandler) -> bool:
    data = handler.parsed_data_field
    return data is not None and data.is_required


def decode_json(handler: BaseRouteHandler, body: bytes) -> Any:
    """`body` as the type of the handler's `data`. Raises `Malformed` for what is not JSON, `Invalid` for JSON of another shape."""
    decoder = _decoder(handler)
    if is_too_deep(body):
        raise Malformed("The body is nested too deeply.")
    try:
        try:
            value = decoder.decode(body)
        except msgspec.ValidationError as error:
            with suppress(msgspec.ValidationError):  # a number that is out of range
                msgspec.json.decode(body)  # the decoder stopped at the first error: the rest may not be JSON at all
            raise Invalid(
                "Some of the body cannot be used; see errors.", errors=_every_error(decoder.type, body, error)
            ) from error
        if _NUL_ESCAPE in body:
            _refuse_nul(msgspec.json.decode(body))
        if repeated := repeated_names(body):
            message = "This field appears more than once. Send it once. Nothing was changed."
            errors = [{"pointer": f"/{name[:64]}", "code": "repeated", "message": message} for name in repeated[:LISTED]]
            raise Invalid("Some of the body cannot be used; see errors.", errors=errors)
    except msgspec.DecodeError as error:
        raise Malformed(f"The body is not JSON: {phrased(str(error))}") from error
    except UnicodeDecodeError as error:
        raise Malformed("The body is not UTF-8.") from error
    return value


@lru_cache(1024)
def _decoder(handler: BaseRouteHandler) -> msgspec.json.Decoder[Any]:
    data = handler.parsed_data_field
    return msgspec.json.Decoder(Any if data is None else data.annotation)


def _every_error(wanted: Any, body: bytes, first: msgspec.ValidationError) -> list[FieldError]:
    """The errors of every field, decoded one by one; at least the error that stopped the decoder."""
    errors: list[FieldError] = []
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        try:
            raw_fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            raw_fields = {}
        fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
        for name, raw in raw_fields.items():
            if name in fields:
                errors += _error_of(name, raw, fields[name].type)
            elif wanted.__struct_config__.forbid_unknown_fields:
                message = f"There is no such field.{hint(name, fields)}"
                errors.append({"pointer": f"/{name}", "code": "unknown_field", "message": message})
        if raw_fields:
            missing = [name for name, field in fields.items() if field.required and name not in raw_fields]
            errors += [{"pointer": f"/{name}", "code": "missing", "message": "This field is required."} for name in missing]
    return errors or [field_error(str(first))]


def _error_of(name: str, raw: msgspec.Raw, wanted: Any) -> list[FieldError]:
    try:
        msgspec.json.decode(raw, type=wanted)
    except msgspec.ValidationError as error:
        return [field_error(str(error), inside=f"/{name}")]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [{"pointer": f"/{name}", "code": "invalid", "message": "This cannot be read."}]
    return []


def repeated_names(body: bytes) -> list[str]:
    """The names that an object in this JSON has twice. A decoder would silently use the last value."""
    names = _NAMES.findall(body)
    if len(names) == len(set(names)) and not (b"\\" in body and _ESCAPED_NAME.search(body)):
        return []
    repeated: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:  # two passengers may have the same names, one may not
        names = [name for name, _ in pairs]
        repeated.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)

    json.loads(body, object_pairs_hook=look)
    return repeated


def _refuse_nul(value: Any, pointer: str = "") -> None:
    """Refuse NUL characters in any field, because Postgres cannot store them."""
    match value:
        case str() if "\0" in value:
            raise Invalid.field(pointer, "bad_format", "NUL characters are not allowed.")
        case dict():
            for key, inner in value.items():
                _refuse_nul(key, pointer)
                _refuse_nul(inner, f"{pointer}/{key}")
        case list():
            for index, inner in enumerate(value):
                _refuse_nul(inner, f"{pointer}/{index}")
        case _:
            pass
