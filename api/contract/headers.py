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
        **_text("Finds this request in the logs. It is the request's own, if it has one.", "0a1b2c3d4e5f60718293a4b5"),
        "required": True,
    },
    "Location": _text(
        "Where what was created, or the job that does it, is found.", "/api/v1/jobs/019a8c22-9f10-7b42-b1d7-3c5e7a9b1d01"
    ),
    "ETag": _text("The version of what is answered, for `If-None-Match` and `If-Match`.", '"3"'),
    "Retry-After": _seconds("After how many seconds it is worth asking again.", 2),
    "Cache-Control": _text("How long this may be kept.", "no-store"),
    "X-Cache": _text("Whether the schedule and the price were kept, or have just been read.", "hit", enum=["hit", "miss"]),
    "Age": _seconds("For how many seconds the schedule and the price have been kept.", 12),
    "X-Matched-Airports": _text(
        "The airports that the source and the destination mean, `-` for a place without a code.", "DEL; LHR, LGW"
    ),
    "X-Price-Groups": _text(
        "Where flights are sorted by price and have several currencies: these, in the order in which they come.", "INR, JPY"
    ),
    "Content-Disposition": _text("The name under which to save the file.", 'attachment; filename="flights.csv"'),
    "Set-Cookie": _text(
        "The refresh token of a browser, in a cookie that scripts cannot read; at sign-out, its end.",
        "skyqueue_refresh=...; HttpOnly; SameSite=strict; Path=/api/v1/auth",
    ),
    "Idempotent-Replayed": _text("`true`: this is the first answer to this `Idempotency-Key`, again.", "true", enum=["true"]),
    "Preference-Applied": _text("For how many seconds at most the answer was waited for.", "wait=5"),
    "WWW-Authenticate": _text("How to sign in.", 'Bearer realm="skyqueue"'),
    "RateLimit-Policy": _text(
        "The limits that count this request, in the form of the IETF draft: `q` requests in `w` seconds.",
        '"booking-user";q=1000;w=10',
    ),
    "RateLimit": _text(
        "What is left of each limit: `r` requests now, and in `t` seconds all of it again.", '"booking-user";r=999;t=1'
    ),
}

EVERYWHERE: Final = ("X-Request-Id",)
WHEN_LIMITED: Final = ("RateLimit-Policy", "RateLimit")
BY_PARAMETER: Final = {"Idempotency-Key": "Idempotent-Replayed", "Prefer": "Preference-Applied"}
"""A header of the request, and the header of a successful response to it."""
BY_STATUS: Final = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}
