"""A page of another site that tries to sign a visitor in to its own account, or to sign them out, in a real browser.

With the check switched off it can: the browser keeps the cookie that comes with the answer to a form.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Page

from api.http import cross_site
from tests.support.api import PASSWORD, RunningApi, register

REFRESH = "async () => (await fetch('/api/v1/auth/refresh', {method: 'POST'})).status"
SIGN_IN = "async ([username, password]) => (await fetch('/api/v1/auth/token', {method: 'POST', body: new URLSearchParams({username, password})})).status"


class ForeignSite(ThreadingHTTPServer):
    """Every address of it is a page with one form, sent as soon as the page is there. Of another name than the API's: `localhost`."""

    form = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)

    def set_trap(self, action: str, **fields: str) -> str:
        """The address of a page whose form goes to `action`."""
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        self.form = f'<form method="post" action="{action}">{inputs}</form><script>document.forms[0].submit()</script>'
        return f"http://localhost:{self.server_address[1]}/"


class _Page(BaseHTTPRequestHandler):
    server: ForeignSite

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.form.encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def foreign_site() -> Iterator[ForeignSite]:
    with ForeignSite() as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site
        site.shutdown()


@pytest.fixture
def visitor(chromium: Browser, api: RunningApi) -> Iterator[Page]:
    context = chromium.new_context(base_url=api.base_url)
    yield context.new_page()
    context.close()


def status_of_refresh(visitor: Page) -> int:
    visitor.goto("/health/live")
    status: int = visitor.evaluate(REFRESH)
    return status


def sign_in(visitor: Page, username: str) -> None:
    visitor.goto("/health/live")
    assert visitor.evaluate(SIGN_IN, [username, PASSWORD]) == 200


def visit(visitor: Page, trap: str) -> None:
    """Go there, and stay until the form has been answered."""
    with visitor.expect_response(lambda response: response.request.method == "POST") as answered:
        visitor.goto(trap, wait_until="commit")  # a page that left before it was loaded never says that it is
    if answered.value.status != HTTPStatus.NO_CONTENT:  # which leaves the page where it is
        visitor.wait_for_url(answered.value.url)


def switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_site, "is_cross_site", lambda *_: False)


@pytest.mark.parametrize("checked", [True, False], ids=["checked", "unchecked"])
def test_a_foreign_page_cannot_sign_a_visitor_in(
    api: RunningApi,
    client: httpx.Client,
    foreign_site: ForeignSite,
    visitor: Page,
    monkeypatch: pytest.MonkeyPatch,
    checked: bool,
) -> None:
    attacker = register(client)
    if not checked:
        switch_off(monkeypatch)
    trap = foreign_site.set_trap(f"{api.base_url}/api/v1/auth/token", username=attacker.username, password=PASSWORD)
    visit(visitor, trap)
    assert status_of_refresh(visitor) == (401 if checked else 200)


@pytest.mark.parametrize("checked", [True, False], ids=["checked", "unchecked"])
def test_a_foreign_page_cannot_sign_a_visitor_out(
    api: RunningApi,
    client: httpx.Client,
    foreign_site: ForeignSite,
    visitor: Page,
    monkeypatch: pytest.MonkeyPatch,
    checked: bool,
) -> None:
    user = register(client)
    sign_in(visitor, user.username)
    assert status_of_refresh(visitor) == 200
    if not checked:
        switch_off(monkeypatch)
    visit(visitor, foreign_site.set_trap(f"{api.base_url}/api/v1/auth/logout"))
    assert status_of_refresh(visitor) == (200 if checked else 401)
