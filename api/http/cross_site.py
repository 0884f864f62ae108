"""Refuse requests that a page of another site made a browser send, for the handlers that set or use the refresh cookie (login CSRF).

The cookie is SameSite=strict, so a page of another site cannot make a browser send it. But such a page can submit a form, and the
browser stores the cookie of the response: the visitor would be signed in to an account of the attacker.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from core.errors import AppError

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class CrossSite(AppError):
    """A page of another site made a browser send this request."""

    code = "cross_site"
    status = HTTPStatus.FORBIDDEN


async def own_site_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard. Programs that are no browser send neither `Sec-Fetch-Site` nor `Origin`, and pass."""
    if is_cross_site(
        connection.headers.get("sec-fetch-site"), connection.headers.get("origin"), connection.headers.get("host", "")
    ):
        raise CrossSite("This request came from a page of another site. Sign in or out on this site.")


def is_cross_site(fetch_site: str | None, origin: str | None, host: str) -> bool:
    """Whether a page of another origin sent the request. `host` is the Host header, which names us.

    A page on another port or a sister domain counts as foreign too (`Sec-Fetch-Site: same-site`, with an `Origin` that is not ours).
    `Sec-Fetch-Site` is not sent over plain HTTP, except on this machine; then the `Origin` decides alone.
    """
    if fetch_site in ("same-origin", "none"):  # the browser compared; a proxy may have changed the Host since
        return False
    if fetch_site == "cross-site":
        return True
    if origin is None:
        return fetch_site is not None  # the browser sends `null` instead of the other origin
    return not _is_at(origin, host)


def _is_at(origin: str, host: str) -> bool:
    """Whether the origin has the name and the port of `host`. Not the scheme: a proxy may have ended TLS."""
    try:
        ours, theirs = urlsplit(f"//{host}"), urlsplit(origin)
        default = DEFAULT_PORTS.get(theirs.scheme)
        return default is not None and (theirs.hostname, theirs.port or default) == (ours.hostname, ours.port or default)
    except ValueError:
        return False
