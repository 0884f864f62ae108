"""Limits how often surnames may be tried for one reference, by all users together."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.limits import rate_limits
from api.services import services_of
from core.bookings.intake import references
from core.ratelimit.limits import Scope


async def slow_by_reference(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard that counts requests with a surname, by reference. A request without a surname only finds the owner's booking, and
    is not counted.
    """
    if connection.scope.get("method") != "OPTIONS" and "surname" in connection.query_params:
        reference = references.read(str(connection.path_params["reference"]))
        limiter = services_of(connection.app).limiter
        await rate_limits.count(connection.scope["state"], limiter, Scope.LOOKUP_REFERENCE, reference)
