"""The cookies of a signed-in browser. Scripts cannot read them, other sites cannot send them, and only the account's routes get
them.
"""

from __future__ import annotations

from typing import Annotated, Final

from litestar.datastructures import Cookie
from litestar.params import CookieParameter

from api.services import SignedRequest

PATH: Final = "/api/v1/auth"
REFRESH: Final = "skyqueue_refresh"
DAY_SECONDS: Final = 24 * 3600
DEVICE_DAYS: Final = 400
"""The longest that browsers keep a cookie."""

RefreshToken = Annotated[str | None, CookieParameter(name=REFRESH, max_length=256)]


def refresh_cookie(request: SignedRequest, token: str, *, days: int) -> Cookie:
    """The cookie that keeps a browser signed in."""
    return _cookie(request, REFRESH, token, days=days)


def no_refresh_cookie(request: SignedRequest) -> Cookie:
    """The cookie that removes it."""
    return _cookie(request, REFRESH, "", days=0)


def device_cookie(request: SignedRequest, name: str, value: str) -> Cookie:
    """The cookie by which an account recognizes a device (`core/users/devices.py`)."""
    return _cookie(request, name, value, days=DEVICE_DAYS)


def _cookie(request: SignedRequest, name: str, value: str, *, days: int) -> Cookie:
    """A cookie of a TLS connection is only sent over TLS. `X-Forwarded-Proto` is used from every sender here, because it can only make the
    cookie stricter.
    """
    over_tls = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    return Cookie(
        key=name,
        value=value,
        path=PATH,
        max_age=days * DAY_SECONDS,
        httponly=True,
        secure=over_tls,
        samesite="strict",
    )
