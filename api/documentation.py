"""The OpenAPI document at `/schema`, and what every operation in it has in common."""

from __future__ import annotations

from litestar import Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from api.guards import PUBLIC
from api.spa import documentation

VERSION = "0.1.0"
BEARER = "bearer"


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Skyqueue",
        version=VERSION,
        summary="Flights, bookings, and the jobs that work them.",
        security=[{BEARER: []}],
        components=Components(security_schemes={BEARER: SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}),
        render_plugins=[documentation()],
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt=PUBLIC),
    )
