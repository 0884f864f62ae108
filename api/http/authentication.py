"""Who may call what. Handlers are private unless their `opt` says `{"public": True}`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from api.limits import rate_limits
from api.services import services_of
from core.errors import AppError
from core.operations import acting
from core.ratelimit import limits
from core.users.models import KeyScope
from core.users.tokens import Principal, Unauthenticated

PUBLIC = {"public": True}
FOR_BOOKING = {"scope": KeyScope.BOOK}
"""The `opt` of handlers that change something which a key with the scope `book` may change. All others that change anything need
`admin`.
"""


class Forbidden(AppError):
    """Signed in, and still not allowed."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN


class ScopeMissing(AppError):
    """The API key does not have the scope that is `needed`."""

    code = "scope_missing"
    status = HTTPStatus.FORBIDDEN


class Authentication:
    """Sets `request.user` to the principal of the bearer token, or of the API key, without a query. Only the header is used,
    never a cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["route_handler"].opt.get("public") and scope.get("method") != "OPTIONS":
            token = _bearer_token(scope)
            principal = services_of(scope["litestar_app"]).principal_of(token)
            if principal.scopes is not None:
                require_scope(principal, scope["route_handler"], str(scope.get("method")))
            if principal.key_id is not None:
                acting.set_key(principal.key_id)
            scope["user"] = principal
            scope["auth"] = token
        await self.app(scope, receive, send)


def require_scope(principal: Principal, handler: BaseRouteHandler, method: str) -> None:
    """Refuse requests that the API key does not allow. Any scope allows reading; what is visible depends on its role
    (`core/users/api_keys.py`).
    """
    if method == "GET":  # HEAD requests were changed to GET before
        return
    needed = handler.opt.get("scope", KeyScope.ADMIN)
    if not principal.has_scope(needed):
        raise ScopeMissing(f"This key does not allow this request: it needs the scope {needed}.", needed=needed.value)


def _bearer_token(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.partition(b" ")
            if kind.lower() == b"bearer":
                return token.strip().decode("latin-1")
    raise Unauthenticated("Sign in: this needs an access token in the Authorization header.")


async def requires_admin(connection: ASGIConnection[Any, Principal, Any, Any], _: BaseRouteHandler) -> None:
    """For controllers under `/admin`: an administrator does everything, an agent reads."""
    method = connection.scope.get("method")
    if method == "OPTIONS" or connection.user.is_admin:
        return
    if not connection.user.sees_everything:
        raise Forbidden("This needs an administrator, or an agent who reads.")
    if method != "GET":  # HEAD requests were changed to GET before
        raise Forbidden("Only an administrator may do this. An agent can read, but not change anything.")


def limited(scope: limits.Scope) -> Callable[[ASGIConnection[Any, Principal, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """A guard that counts `scope` for the signed-in user, for handlers that run in a thread."""

    async def within_limits(connection: ASGIConnection[Any, Principal, Any, Any], _: BaseRouteHandler) -> None:
        if connection.scope.get("method") != "OPTIONS":
            await rate_limits.count(
                connection.scope["state"], services_of(connection.app).limiter, scope, connection.user.user_id
            )

    within_limits.limits = True  # type: ignore[attr-defined]  # the documentation mentions 429
    return within_limits
