"""How the app is served: pages, files, and the paths that belong to the API."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.testing import TestClient

from api.http.errors import EXCEPTION_HANDLERS
from api.pages.spa import DIST, NOT_PAGES, app_handlers, documentation, documentation_router

INDEX = "<!doctype html><title>Skyqueue</title>"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(INDEX)
    (built / "assets" / "main-1a2b.js").write_text("export {};")
    (tmp_path / "secret.txt").write_text("nobody's business")
    return built


@pytest.fixture
def client(dist: Path) -> Iterator[TestClient[Litestar]]:
    openapi = OpenAPIConfig(
        title="Skyqueue", version="1", render_plugins=[documentation()], openapi_router=documentation_router()
    )
    app = Litestar(app_handlers(dist), exception_handlers=EXCEPTION_HANDLERS, openapi_config=openapi, logging_config=None)
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/bookings/01999f00-0000-7000-8000-000000000000", "/manage", "/flights/x?seats=2"])
def test_every_page_of_the_app_answers_after_a_reload(client: TestClient[Litestar], path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.text) == (200, INDEX)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy, "scripts come under default-src: this host and nothing inline"


@pytest.mark.parametrize("first", sorted(NOT_PAGES))
def test_what_belongs_to_the_api_is_no_page(client: TestClient[Litestar], first: str) -> None:
    for written in (first, first.upper()):
        response = client.get(f"/{written}/no/such/thing")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico", "/bookings/ticket.pdf", "/.git/config", "/.aws/credentials"])
def test_a_file_that_is_not_there_is_no_page(client: TestClient[Litestar], path: str) -> None:
    assert client.get(path).status_code == 404


def test_assets_are_cached_for_good_and_missing_ones_are_not(client: TestClient[Litestar]) -> None:
    found, missing = client.get("/assets/main-1a2b.js"), client.get("/assets/main-gone.js")
    assert found.status_code == 200
    assert "immutable" in found.headers["cache-control"]
    assert missing.status_code == 404
    assert "cache-control" not in missing.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("GZIP;q=0.5", "gzip"), ("gzip;q=0, br;q=0.0", None), ("deflate", None), ("", None)],
)
def test_a_browser_gets_the_smallest_copy_that_it_takes(
    client: TestClient[Litestar], dist: Path, accepted: str, coding: str | None
) -> None:
    (dist / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(b"export {};"))
    (dist / "assets" / "main-1a2b.js.br").write_bytes(b"\x0b\x05\x80export {};\x03")
    with client.stream("GET", "/assets/main-1a2b.js", headers={"Accept-Encoding": accepted}) as response:
        assert response.headers.get("content-encoding") == coding
        assert response.headers["content-type"].partition(";")[0] == "text/javascript"
        assert response.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("path", ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/docs/%2e%2e/index.html"])
def test_no_path_leads_out_of_the_folder(client: TestClient[Litestar], path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "business" not in response.text


def test_without_a_build_the_page_explains_how_to_build_the_app(client: TestClient[Litestar], dist: Path) -> None:
    (dist / "index.html").unlink()
    response = client.get("/")
    assert response.status_code == 503
    assert "make up" in response.text
    assert client.get("/schema/openapi.json").status_code == 200


def test_documentation_that_is_not_there_is_a_problem_too(client: TestClient[Litestar]) -> None:
    response = client.get("/schema/nothing")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_the_documentation_sends_no_request_to_another_host(client: TestClient[Litestar]) -> None:
    page = client.get("/schema/swagger").text
    assert "/docs/swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("path", ["/schema", "/schema/swagger", "/"])
def test_no_other_page_may_show_one_of_ours_in_a_frame(client: TestClient[Litestar], path: str) -> None:
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "geolocation=()" in headers["permissions-policy"]


def test_only_the_script_that_the_documentation_has_may_run_in_it(client: TestClient[Litestar]) -> None:
    page = client.get("/schema/swagger")
    (script,) = re.findall(r"<script type='text/javascript'>(.*?)</script>", page.text, re.DOTALL)
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert page.headers["content-security-policy"].endswith(f"; script-src 'self' 'sha256-{own}'")


def test_the_app_is_looked_for_where_it_is_built() -> None:
    assert (DIST.parent / "vite.config.ts").is_file()


@pytest.mark.parametrize("path", ["/", "/assets/main-1a2b.js"])
def test_a_client_that_has_the_file_gets_304(client: TestClient[Litestar], path: str) -> None:
    first = client.get(path)
    for tag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"other", {first.headers["etag"]}', "*"):
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_file_that_was_built_anew_has_another_tag(client: TestClient[Litestar], dist: Path) -> None:
    before = client.get("/").headers["etag"]
    (dist / "index.html").write_text(INDEX + "<p>")
    assert client.get("/", headers={"If-None-Match": before}).status_code == 200


def test_a_compressed_copy_has_a_tag_of_its_own(client: TestClient[Litestar], dist: Path) -> None:
    (dist / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(b"export {};"))
    plain = client.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "identity"}).headers["etag"]
    response = client.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip", "If-None-Match": plain})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("range_header", "status", "content", "content_range"),
    [
        ("bytes=0-5", 206, b"export", "bytes 0-5/10"),
        ("bytes=7-", 206, b"{};", "bytes 7-9/10"),
        ("bytes=-3", 206, b"{};", "bytes 7-9/10"),
        ("bytes=-100", 206, b"export {};", "bytes 0-9/10"),
        ("bytes=8-100", 206, b"};", "bytes 8-9/10"),
        ("bytes=0-1,4-5", 200, b"export {};", None),
        ("lines=1-2", 200, b"export {};", None),
        ("bytes=5-2", 416, None, "bytes */10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
    ],
)
def test_a_part_of_a_file(
    client: TestClient[Litestar], range_header: str, status: int, content: bytes | None, content_range: str | None
) -> None:
    response = client.get("/assets/main-1a2b.js", headers={"Range": range_header, "Accept-Encoding": "identity"})
    assert (response.status_code, response.headers.get("content-range")) == (status, content_range)
    if content is not None:
        assert response.content == content
        assert response.headers["accept-ranges"] == "bytes"
    else:
        assert response.json()["code"] == "range_not_satisfiable"


def test_a_part_is_only_of_the_file_that_the_client_has(client: TestClient[Litestar]) -> None:
    path = "/assets/main-1a2b.js"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"Range": "bytes=0-5", "If-Range": tag}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-5", "If-Range": '"older"'}).status_code == 200
