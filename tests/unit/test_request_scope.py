"""Headers that the outermost layer adds to every response."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.http.hosts import allowed
from api.http.request_scope import RequestScope

HSTS = b"strict-transport-security"


def answered(scheme: str, *headers: tuple[bytes, bytes]) -> dict[bytes, bytes]:
    """The headers of an answer. `scheme`: as the server has found it, by itself or from a proxy that it trusts."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        **{"type": "http", "http_version": "1.1", "method": "GET", "scheme": scheme, "path": "/", "query_string": b""},
        **{"headers": [(b"host", b"localhost"), *headers], "state": {}},
    }
    asyncio.run(RequestScope(app, [], allowed(""))(scope, None, send))  # type: ignore[arg-type]
    return dict(sent[0]["headers"])


def test_clients_with_tls_get_hsts() -> None:
    assert answered("https")[HSTS] == b"max-age=31536000"


@pytest.mark.parametrize("name", [b"x-forwarded-proto", b"x-forwarded-scheme", b"x-url-scheme", b"forwarded"])
@pytest.mark.parametrize("value", [b"https", b"proto=https"])
def test_a_header_of_the_client_does_not_count_as_tls(name: bytes, value: bytes) -> None:
    assert HSTS not in answered("http", (name, value))
