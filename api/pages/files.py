"""Files of the app as responses: the whole file, `304` for clients that have it already (`If-None-Match`), or the requested part (`Range`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response

from api.http.problems import MEDIA_TYPE, Problem

_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")
"""A header with one range. For several ranges, and for invalid ones, the whole file is sent, as RFC 9110 allows."""


def file_response(request: Request[Any, Any, Any], file: Path, *, media_type: str, headers: Mapping[str, str]) -> Response[bytes]:
    """The response for `file`, which exists. Its tag is different for other bytes: a build writes each file again, and a compressed copy is
    another file.
    """
    content = file.read_bytes()
    stat = file.stat()
    tag = f'"{stat.st_mtime_ns:x}-{len(content):x}"'
    all_headers = {**headers, "etag": tag, "accept-ranges": "bytes"}
    if is_known(tag, request.headers.get("if-none-match")):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=all_headers)
    wanted = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if wanted is None or request.headers.get("if-range", tag) != tag:
        return Response(content, media_type=media_type, headers=all_headers)
    begin, end = _bounds(wanted, len(content))
    if begin >= end:
        return _no_such_part(request, len(content))
    all_headers["content-range"] = f"bytes {begin}-{end - 1}/{len(content)}"
    return Response(content[begin:end], status_code=HTTPStatus.PARTIAL_CONTENT, media_type=media_type, headers=all_headers)


def is_known(tag: str, if_none_match: str | None) -> bool:
    """A proxy that compresses makes a tag weak (`W/`); for a read that is the same tag."""
    if if_none_match is None:
        return False
    tags = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in tags or "*" in tags


def _bounds(wanted: re.Match[str], size: int) -> tuple[int, int]:
    """The position of the first byte, and the position after the last. They are equal if the file has no bytes in the range."""
    first, last, suffix = wanted.groups()
    if suffix is not None:
        return max(0, size - int(suffix)), size
    return int(first), size if last is None else min(size, int(last) + 1)


def _no_such_part(request: Request[Any, Any, Any], size: int) -> Response[bytes]:
    problem = Problem(416, "range_not_satisfiable", f"The file has {size} bytes.", headers={"content-range": f"bytes */{size}"})
    body = problem.body(instance=request.scope["path"], request_id=request.scope["state"].get("request_id", ""))
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=problem.all_headers())
