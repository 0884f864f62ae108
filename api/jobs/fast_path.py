"""The fast path of a poll: a client that follows a job is answered without the web framework.

Clients that poll are most of the load of a sale: 10,000 of them that poll every 5 s are 2,000 requests a second. The fast path
passes to the framework every request whose form it does not understand, and every request without a valid token.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.plain_requests import JSON, are_well_formed, read_headers, read_token, send_refusal, send_response
from api.jobs.following import follow
from api.services import services_of
from core.users.tokens import Unauthenticated

TEMPLATES: Final = {"/api/v1/jobs/": "/api/v1/jobs/{job_id}", "/api/v1/booking/status/": "/api/v1/booking/status/{job_id}"}
"""The route of these addresses in metrics and traces, which is that of the handler."""
_PATH: Final = re.compile(
    r"(/api/v1/jobs/|/api/v1/booking/status/)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_READ: Final = frozenset({b"authorization", b"content-length", b"prefer", b"if-none-match", b"x-load-run"})
_LONGEST_TAGS: Final = 500
"""Characters of If-None-Match, as the handler accepts."""


class JobFastPath:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET" or scope["query_string"]:
            await self.app(scope, receive, send)
            return
        path = _PATH.fullmatch(scope["path"])
        headers = read_headers(scope, _READ) if path else None
        token = read_token(headers) if headers is not None else None
        if (
            path is None
            or headers is None
            or token is None
            or headers.get("content-length", "0") != "0"
            or not are_well_formed(headers)
        ):
            await self.app(scope, receive, send)
            return
        tags = headers.get("if-none-match")
        services = services_of(scope["litestar_app"])
        try:
            principal = services.principal_of(token)
        except Unauthenticated:
            principal = None
        if principal is None or (tags is not None and len(tags) > _LONGEST_TAGS):
            await self.app(scope, receive, send)
            return
        scope["path_template"] = TEMPLATES[path[1]]
        try:
            response = await follow(
                services.live,
                principal,
                UUID(path[2]),
                prefer=headers.get("prefer"),
                if_none_match=tags,
                load_run=headers.get("x-load-run"),
            )
        except Exception as error:  # the handlers of the framework are not above this code
            await send_refusal(scope, error, send)
            return
        if response.body is None:
            more = [(name.encode(), value.encode()) for name, value in response.headers.items()]
            await send({"type": "http.response.start", "status": response.status, "headers": more})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await send_response(send, response.status, JSON, response.headers, response.body)
