"""The headers of responses, for the OpenAPI document. A handler names its own in `response_headers`; the others follow from the parameters
and the errors of the operation.
"""

from __future__ import annotations

from typing import Any, Final

from litestar.datastructures import ResponseHeader


def _documented(name: str) -> ResponseHeader:
    return ResponseHeader(name=name, documentation_only=True)


LOCATION: Final = _documented("Location")
ETAG: Final = _documented("ETag")
RETRY_AFTER: Final = _documented("Retry-After")
CACHE_CONTROL: Final = _documented("Cache-Control")
X_CACHE: Final = _documented("X-Cache")
AGE: Final = _documented("Age")
MATCHED_AIRPORTS: Final = _documented("X-Matched-Airports")
PRICE_GROUPS: Final = _documented("X-Price-Groups")
CONTENT_DISPOSITION: Final = _documented("Content-Disposition")
SET_COOKIE: Final = _documented("Set-Cookie")

FROM_CACHE: Final = (X_CACHE, AGE, CACHE_CONTROL)
ATTACHMENT: Final = (CONTENT_DISPOSITION, CACHE_CONTROL)


def _text(description: str, example: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


def _seconds(description: str, example: int) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "integer", "minimum": 0}, "example": example}


COMPONENTS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-Id": {
        **_text("The id of this request in the logs: that of the request, if it had this header.", "0a1b2c3d4e5f60718293a4b5"),
        "required": True,
    },
    "Location": _text(
        "The address of what was created, or of the job that processes the request.",
        "/api/v1/jobs/019a8c22-9f10-7b42-b1d7-3c5e7a9b1d01",
    ),
    "ETag": _text("The version of what the response shows, for `If-None-Match` and `If-Match`.", '"3"'),
    "Retry-After": _seconds("The number of seconds to wait before the next request.", 2),
    "Cache-Control": _text("How long the response may be cached.", "no-store"),
    "X-Cache": _text("Whether the schedule and the price are from the cache.", "hit", enum=["hit", "miss"]),
    "Age": _seconds("The age of the schedule and the price in the cache, in seconds.", 12),
    "X-Matched-Airports": _text(
        "The airports of the source and of the destination; `-` for a place without a code.", "DEL; LHR, LGW"
    ),
    "X-Price-Groups": _text(
        "The currencies of flights that are sorted by price, in the order of the list, if there are several.", "INR, JPY"
    ),
    "Content-Disposition": _text("The name under which to save the file.", 'attachment; filename="flights.csv"'),
    "Set-Cookie": _text(
        "The refresh token of a browser, in a cookie that scripts cannot read. At sign-out the cookie is removed.",
        "skyqueue_refresh=...; HttpOnly; SameSite=strict; Path=/api/v1/auth",
    ),
    "Idempotent-Replayed": _text("`true`: this repeats the first response to this `Idempotency-Key`.", "true", enum=["true"]),
    "Preference-Applied": _text("The accepted `Prefer`: the response waited for at most so many seconds.", "wait=5"),
    "WWW-Authenticate": _text("How to sign in.", 'Bearer realm="skyqueue"'),
    "RateLimit-Policy": _text(
        "The limits that count this request, in the form of the IETF draft: `q` requests in `w` seconds.",
        '"booking-user";q=1000;w=10',
    ),
    "RateLimit": _text(
        "The rest of each limit: `r` requests now, and the whole limit again in `t` seconds.", '"booking-user";r=999;t=1'
    ),
}

EVERYWHERE: Final = ("X-Request-Id",)
WHEN_LIMITED: Final = ("RateLimit-Policy", "RateLimit")
BY_PARAMETER: Final = {"Idempotency-Key": "Idempotent-Replayed", "Prefer": "Preference-Applied"}
"""A header of the request, and the header of a successful response to it."""
BY_STATUS: Final = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}
