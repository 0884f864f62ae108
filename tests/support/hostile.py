"""Requests of hostile or broken clients. Each list is sent to every route of the application."""

from __future__ import annotations

import gzip
import json
from typing import Any, Final

JSON: Final = {"content-type": "application/json"}

NOT_JSON: Final[dict[str, bytes]] = {
    "invalid UTF-8": b'{"username": "\xff\xfe"}',
    "invalid UTF-8 surrogate": b'{"username": "\xed\xa0\x80"}',
    "lone surrogate escape": b'{"username": "\\ud800"}',
    "UTF-16": '{"username": "asha"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"username": "asha"}',
    "nested lists": b"[" * 8000,
    "nested lists that close": b"[" * 4000 + b"]" * 4000,
    "nested objects": b'{"username":' * 1200,
    "nested in an unknown field": b'{"zzz":' + b"[" * 8000,
    "trailing garbage": b'{"username": "asha"} x',
    "two values": b"{}{}",
    "cut short": b'{"username": "as',
    "single quotes": b"{'username': 'asha'}",
    "not a number": b"NaN",
    "nothing but space": b"   ",
    "a bare NUL": b"\x00",
    "form": b"username=asha&password=x",
    "bytes": bytes(range(256)),
}
"""Answered 400 where JSON is expected."""

OTHER_SHAPES: Final[dict[str, bytes]] = {
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a huge float": b"1e400",
    "a huge integer": b"1" + b"0" * 5000,
    "text": b'"asha"',
    "a list": b"[]",
    "a list of objects": b"[{}]",
    "an empty object": b"{}",
    "an unknown field": b'{"zzz": 1}',
    "a NUL in a key": b'{"\\u0000": 1}',
    "duplicate keys": b'{"zzz": 1, "zzz": 2}',
    "prototype": b'{"__proto__": {"admin": true}, "__class__": "x"}',
}
"""Answered 422 where an object with fields is expected."""

VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    0,
    1.5,
    2**31,
    2**63,
    10**30,
    1e308,
    "",
    " ",
    "1",
    "NaN",
    "x" * 5000,
    "nul \0 inside",
    "line\nbreak",
    "\u202eright to left",
    "💺" * 300,
    "'; DROP TABLE users; --",
    "{{7*7}}",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2025-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-12\n",
    "00000000-0000-0000-0000-000000000000",
    [],
    ["x"],
    {},
    {"x": {"y": []}},
)
"""Put into every field of a body, and, as text, into every parameter."""

COMPRESSED: Final = gzip.compress(b'{"username": "asha"}')

HEADERS: Final[dict[str, str]] = {
    "Accept": "application/xml;q=x, */*;q=2",
    "Accept-Encoding": "gzip;q=x",
    "Authorization": "Bearer ..",
    "Cookie": 'skyqueue_refresh="; =; a=b=c; \\"',
    "Idempotency-Key": "x" * 5000,
    "If-Match": 'W/"x", *, "',
    "If-Modified-Since": "yesterday",
    "If-None-Match": '"' * 100,
    "Last-Event-ID": "-1; DROP",
    "Prefer": "wait=-1, wait=x, wait=99999999999999999999",
    "Range": "bytes=9-1,x-",
    "X-Forwarded-For": "'; --",
    "X-Load-Run": "../../etc/passwd",
    "X-Request-Id": "x" * 5000,
}

HOSTS: Final[tuple[str, ...]] = ("::1", "x:99999999", "x:-1", "x:1.5", "a:b:c", "[::1]:x", "http://x", "x\u0663", "", "x:")
"""Put into the Host header, of which every address of ours is made."""

PATHS: Final[tuple[bytes, ...]] = (
    b"%00",
    b"%ff",
    b"%c0%af",
    b"..%2f..%2fetc%2fpasswd",
    b"%2e%2e",
    b"x" * 3000,
    b"%f0%9f%92%ba",
    b"%",
    b"%zz",
    b"'--",
)
"""Put in place of every parameter of a path."""


def bodies_with(fields: list[str]) -> list[bytes]:
    """For each value, a body in which every field holds it."""
    return [json.dumps(dict.fromkeys(fields, value)).encode() for value in VALUES]
