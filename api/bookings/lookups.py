"""Who tries surnames at one reference, whoever they are."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.services import services_of
from core.bookings.intake import references
from core.ratelimit.limits import Scope


async def slow_by_reference(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard that counts look-ups with a surname for their reference. Without one only the owner finds it, who is not counted."""
    if connection.scope.get("method") != "OPTIONS" and "surname" in connection.query_params:
        reference = references.read(str(connection.path_params["reference"]))
        await services_of(connection.app).limiter.check(Scope.LOOKUP_REFERENCE, reference)
