"""What the fast paths share: read the headers of a plain request, and send a response, without the web framework.

A fast path only handles a request if it understands all parts of it. It passes any other request to the framework.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from litestar.types import HTTPScope, Send

from api.http import errors
from api.http.polling import LONGEST_PREFERENCE
from api.http.problems import MEDIA_TYPE
from api.load_runs import NAME as LOAD_RUN
from api.services import SignedRequest

JSON: Final = "application/json"
_FOR_THE_FRAMEWORK: Final = frozenset({b"transfer-encoding", b"expect"})
_BEARER: Final = re.compile(rb"Bearer ([\w.-]+)")


def read_headers(scope: HTTPScope, names: Collection[bytes]) -> dict[str, str] | None:
    """The headers with these names, in lower case. None if one of them occurs twice, or if the request has a header that only the
    framework understands.
    """
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in names:
            key = name.decode()
            if key in headers:
                return None
            headers[key] = value.decode("latin-1")
        elif name in _FOR_THE_FRAMEWORK:
            return None
    return headers


def read_token(headers: dict[str, str]) -> str | None:
    """The access token or the API key. None if there is none, or if the header has an unusual form."""
    bearer = _BEARER.fullmatch(headers.get("authorization", "").encode("latin-1"))
    return None if bearer is None else bearer[1].decode()


def are_well_formed(headers: dict[str, str]) -> bool:
    """Whether `Prefer` and `X-Load-Run` have a form that the framework would accept, where they are sent."""
    prefer, load_run = headers.get("prefer"), headers.get("x-load-run")
    return (prefer is None or len(prefer) <= LONGEST_PREFERENCE) and (
        load_run is None or LOAD_RUN.fullmatch(load_run) is not None
    )


async def send_response(send: Send, status: int, media_type: str, headers: dict[str, str], body: bytes) -> None:
    """Send a complete response. `headers`: in addition to the type and the length of the body."""
    more = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    described = [(b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body)), *more]
    await send({"type": "http.response.start", "status": status, "headers": described})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def send_refusal(scope: HTTPScope, error: Exception, send: Send) -> None:
    """Send what the framework would send for this error."""
    refusal = errors.to_response(SignedRequest(scope), error)
    await send_response(send, refusal.status_code or 500, MEDIA_TYPE, refusal.headers, refusal.content)
