"""The OpenAPI document at `/schema`, and what every operation in it has in common: who may call it, and how it fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, Contact, Example, License, OpenAPI, Schema, SecurityScheme
from litestar.params import ParameterKwarg
from litestar.plugins.base import ReceiveRoutePlugin
from litestar.response import Stream
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition
from litestar.typing import FieldDefinition

from api.contract.document import finish
from api.contract.problems import example_of
from api.contract.tags import TAGS
from api.http.authentication import Forbidden, ScopeMissing, requires_admin
from api.http.bodies import TooLarge, UnsupportedMediaType
from api.http.cross_site import CrossSite, own_site_only
from api.http.problems import MEDIA_TYPE, ProblemBody
from api.http.understanding import READS
from api.http.wire import RequestBody
from api.pages.spa import documentation, documentation_router
from api.pages.statuses import ERRORS, SUCCESSES
from core import __version__
from core.errors import AppError, Invalid, Malformed, NotFound, Unavailable
from core.ratelimit.limiter import RateLimited
from core.users.tokens import AccountGone, Unauthenticated

BEARER = "bearer"

DESCRIPTION = """\
Every error is an RFC 9457 problem; `code` says which one, and `request_id` finds it in the logs.

Many operations take an `Idempotency-Key`: if you repeat a request with its key because the response was lost, it still has one effect. Operations that take long are accepted with 202 and a job; with `Prefer: wait=n` the response waits for the end of the job.
Money is a decimal string with a currency, times are UTC.

Every address may also respond with 405 `method_not_allowed`, 408 `too_slow`, 421 `wrong_host` and 431 `headers_too_large`.
"""

ErrorTypes = Iterable[type[AppError]]


def openapi_config() -> OpenAPIConfig:
    return _Config(
        title="Skyqueue",
        version=__version__,
        summary="Flights, bookings, and the jobs that work them.",
        description=DESCRIPTION,
        license=License(name="MIT", identifier="MIT"),
        contact=Contact(name="The maintainers of Skyqueue"),
        tags=list(TAGS),
        use_handler_docstrings=True,
        security=[{BEARER: []}],
        components=Components(
            security_schemes={
                BEARER: SecurityScheme(
                    type="http", scheme="bearer", bearer_format="JWT", description="The `access_token` of `signIn`."
                )
            }
        ),
        render_plugins=[documentation()],
        openapi_router=documentation_router(),
    )


class _Config(OpenAPIConfig):
    def to_openapi_schema(self) -> OpenAPI:
        return _Finished(**vars(super().to_openapi_schema()))


@dataclass
class _Finished(OpenAPI):
    """Sort the paths of one operation. Litestar takes them from a set, so their order is different in every process."""

    def to_schema(self) -> dict[str, Any]:
        return finish(super().to_schema())


class StrictBodies(StructSchemaPlugin):
    """Add to the schemas of request bodies that unknown fields are refused, which Litestar leaves out."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return super().is_plugin_supported_field(field_definition) and field_definition.is_subclass_of(RequestBody)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        schema = super().to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema


class ErrorsDocumented(ReceiveRoutePlugin):
    """Add the error responses to each operation: those that follow from its signature, and those that it names in `opt={"errors": (...)}`."""

    def receive_route(self, route: BaseRoute) -> None:
        if not isinstance(route, HTTPRoute):
            return
        for handler in route.route_handlers:
            if not handler.resolve_include_in_schema():
                continue
            by_status: defaultdict[int, list[type[AppError]]] = defaultdict(list)
            for error in dict.fromkeys(_errors_of(handler, has_path_parameters=bool(route.path_parameters))):
                by_status[int(error.status)].append(error)
            documented = {status: _response(status, errors) for status, errors in sorted(by_status.items())}
            if handler.parsed_return_field.annotation is not Stream:
                handler.response_description = handler.response_description or SUCCESSES[handler.status_code]
            handler.responses = {**documented, **(handler.responses or {})}
            if isinstance(handler.operation_id, str) and len(handler.paths) > 1:
                handler.operation_id = partial(_operation_id, handler.operation_id)
            if handler.opt.get("public"):
                handler.security = [{}]


def _errors_of(handler: HTTPRouteHandler, *, has_path_parameters: bool) -> Iterator[type[AppError]]:
    yield Malformed
    if not handler.opt.get("public"):
        yield from (Unauthenticated, AccountGone)
        if not handler.http_methods <= READS:
            yield ScopeMissing
    if requires_admin in handler.resolve_guards():
        yield Forbidden
    if own_site_only in handler.resolve_guards():
        yield CrossSite
    if has_path_parameters:
        yield NotFound
    takes_body = handler.parsed_data_field is not None
    takes_parameters = any(
        isinstance(field.kwarg_definition, ParameterKwarg)
        and (field.kwarg_definition.param_type is not ParamType.PATH or field.kwarg_definition.is_constrained)
        and name not in handler.resolve_dependencies()
        for name, field in handler.parsed_fn_signature.parameters.items()
    )
    if takes_body or takes_parameters or not handler.http_methods <= READS:
        yield Invalid
    if takes_body:
        yield from (TooLarge, UnsupportedMediaType)
    yield from handler.opt.get("errors", ())
    if any(getattr(guard, "limits", False) for guard in handler.resolve_guards()):
        yield RateLimited
    yield Unavailable


def _operation_id(name: str, handler: HTTPRouteHandler, _: Method, components: list[str | PathParameterDefinition]) -> str:
    """One id for each path of a handler: its shortest path has the handler's own, `/booking/status/...` adds `ViaBookingStatus`."""
    words = [component for component in components if isinstance(component, str)]
    shortest = min(handler.paths, key=lambda path: (len(path), path))
    for path in sorted(handler.paths, key=len, reverse=True):
        own = [word for word in path.split("/") if word and not word.startswith("{")]
        if own == words[-len(own) :]:
            return name if path == shortest else f"{name}Via{''.join(word.title() for word in own)}"
    return name


def _response(status: int, errors: list[type[AppError]]) -> ResponseSpec:
    codes = " or ".join(f"`{error.code}`" for error in errors)
    return ResponseSpec(
        ProblemBody,
        description=f"{ERRORS[status]}: {codes}",
        media_type=MEDIA_TYPE,
        generate_examples=False,
        examples=[Example(summary=error.code, value=example_of(error)) for error in errors],
    )
