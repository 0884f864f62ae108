"""The app of `frontend/dist` at `/`, and the files of the API's own documentation pages.

Every path without another handler belongs to the app: its router decides what to show, so a deep link works after a reload. What belongs
to the API, in any case of letters, or looks like a file (`/robots.txt`, `/.git/config`), stays a 404 problem.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.params import FromPath, HeaderParameter
from litestar.types import ControllerRouterHandler

from api.http.authentication import PUBLIC
from api.pages import files

DIST = Path(__file__).resolve().parents[2] / "frontend" / "dist"

NOT_PAGES = frozenset({"admin", "api", "assets", "docs", "health", "metrics", "payments", "schema"})
"""First segments that the app's router never uses."""

_CODINGS = {"br": "br", "gzip": "gz"}
"""Compressed copies that the build puts beside an asset, the smallest first, by their endings."""

_YEAR = 365 * 24 * 3600

PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment", "usb")
)
"""Features of browsers that the app does not use. They are switched off, so that a script that was injected into a page cannot use them
either.
"""

# Mantine writes its theme into <style> elements, so styles need 'unsafe-inline'. Scripts, fonts and requests are limited to this origin.
_PAGE_HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "referrer-policy": "same-origin",
    "permissions-policy": PERMISSIONS,
}

_NOT_BUILT = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Skyqueue</title></head>
  <body>
    <h1>The app has not been built yet</h1>
    <p>The API is running. To build the app as well, stop this and run <code>make up</code> in the project's folder.</p>
    <p>The API describes itself at <a href="/schema">/schema</a>.</p>
  </body>
</html>
"""


def app_handlers(dist: Path = DIST) -> Sequence[ControllerRouterHandler]:
    """The handlers of the app built into `dist`. They also work when it is missing, or when it is built while they serve."""

    @get(["/", "/{path:path}"], include_in_schema=False, sync_to_thread=False, opt=PUBLIC, name="app")
    def page(request: Request[Any, Any, Any], path: FromPath[str] = "/") -> Response[str] | Response[bytes]:
        segments = path.strip("/").split("/")
        if segments[0].lower() in NOT_PAGES or "." in segments[-1] or any(each.startswith(".") for each in segments):
            raise NotFoundException
        index = dist / "index.html"
        if not index.is_file():
            headers = {**_PAGE_HEADERS, "cache-control": "no-store"}
            return Response(_NOT_BUILT, status_code=HTTPStatus.SERVICE_UNAVAILABLE, media_type="text/html", headers=headers)
        headers = {**_PAGE_HEADERS, "cache-control": "no-cache"}
        return files.file_response(request, index, media_type="text/html; charset=utf-8", headers=headers)

    @get("/assets/{name:str}", include_in_schema=False, sync_to_thread=True, opt=PUBLIC, name="assets")
    def asset(
        request: Request[Any, Any, Any],
        name: FromPath[str],
        accepted: Annotated[str, HeaderParameter(name="accept-encoding")] = "",
    ) -> Response[bytes]:
        file = dist / "assets" / name
        if not _is_file_in(dist / "assets", file):
            raise NotFoundException
        media_type = guess_type(name)[0] or "application/octet-stream"
        headers = {"cache-control": f"public, max-age={_YEAR}, immutable", "vary": "accept-encoding"}
        for coding, ending in _CODINGS.items():
            compressed = file.with_name(f"{name}.{ending}")
            if _accepts(coding, accepted) and compressed.is_file():
                file, headers = compressed, {**headers, "content-encoding": coding}
                break
        return files.file_response(request, file, media_type=media_type, headers=headers)

    @get("/docs/{name:str}", include_in_schema=False, sync_to_thread=True, opt=PUBLIC, name="docs")
    def documentation_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        file = dist / "docs" / name
        if not _is_file_in(dist / "docs", file):
            raise NotFoundException
        media_type = guess_type(name)[0] or "application/octet-stream"
        return files.file_response(request, file, media_type=media_type, headers={"cache-control": "no-cache"})

    return (page, asset, documentation_file)


def _is_file_in(folder: Path, file: Path) -> bool:
    """Whether the file is in this folder. False for names that no file can have, such as names that are too long."""
    try:
        return file.resolve().parent == folder.resolve() and file.is_file()
    except OSError:
        return False


def _accepts(coding: str, accepted: str) -> bool:
    """Whether an `Accept-Encoding` names this coding and does not refuse it."""
    for each in accepted.lower().split(","):
        named, _, quality = each.partition(";")
        if named.strip() == coding:
            return quality.replace(" ", "").rstrip("0.") != "q="
    return False


def documentation() -> SwaggerRenderPlugin:
    """Swagger UI for `OpenAPIConfig.render_plugins`, from files that the app's build copied, so that no request goes to another host."""
    return SwaggerRenderPlugin(
        path="/swagger",
        js_url="/docs/swagger-ui-bundle.js",
        css_url="/docs/swagger-ui.css",
        standalone_preset_js_url="/docs/swagger-ui-standalone-preset.js",
        favicon='<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">',
    )


_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def documentation_router() -> Router:
    """The router of the documentation pages. For unknown paths Litestar would send a page of its own; here the response is the usual 404."""

    def refuse_pages_of_its_own(response: Response[Any]) -> Response[Any]:
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotFoundException
        if "html" in str(response.media_type):
            response.headers.update(_documentation_headers(response.content))
        return response

    return Router("/schema", route_handlers=[], include_in_schema=False, opt=PUBLIC, after_request=refuse_pages_of_its_own)


def _documentation_headers(page: str | bytes) -> dict[str, str]:
    """The policy of the app's pages, which also allows the scripts inside this page, by their hashes."""
    written = page.encode() if isinstance(page, str) else page
    hashes = [b64encode(sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(written)]
    scripts = " ".join(["script-src 'self'", *(f"'sha256-{each}'" for each in hashes)])
    return {**_PAGE_HEADERS, "content-security-policy": f"{_PAGE_HEADERS['content-security-policy']}; {scripts}"}
