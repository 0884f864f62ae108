"""A running product and a real browser in front of it."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.e2e.browser.chromium import NoBrowser, find_chromium, launched
from tests.support.product import Product, running
from tests.support.server_folder import server_folder

SCREENSHOTS: Final = Path(__file__).parents[1] / "screenshots"
PATIENCE_MS: Final = 20_000
"""A busy machine is not a failure: a worker's first file also waits for pandas to load."""
WIDTHS: Final = {"desktop": (1280, 860), "mobile": (390, 844)}


STAFF: Final = ("test_operations", "test_console_work", "test_uploading")
"""The staff works at a desk: on a phone, their pages are tried by `make variants`."""
TRAVELLERS: Final = (
    "test_accessibility",
    "test_booking",
    "test_languages",
    "test_layout_shift",
    "test_loading_order",
    "test_progress_board",
    "test_search",
    "test_size",
)
"""The other way round: what a small screen shows is harder to get right, so the desk is tried by `make variants`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        if (item.path.stem in STAFF and "mobile" in item.name) or (item.path.stem in TRAVELLERS and "desktop" in item.name):
            item.add_marker(pytest.mark.variant)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A picture of the page of a test that failed, as it stands then."""
    report = yield
    if report.failed and isinstance(item, pytest.Function) and isinstance(page := item.funcargs.get("page"), Page):
        SCREENSHOTS.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", item.name).strip("-")
        path = SCREENSHOTS / f"{name}.png"
        with suppress(Error):
            page.screenshot(path=path, full_page=True, animations="disabled")
            report.sections.append(("A picture of the page", str(path)))
    return report


@pytest.fixture(scope="package")
def served() -> Iterator[Product]:
    """`skyqueue up` without the sample schedule, shared by the browser's tests."""
    with server_folder() as folder, running(Product(folder / "data"), "--no-sample") as product:
        yield product


@dataclass(frozen=True)
class Admin:
    username: str
    password: str


@pytest.fixture(scope="package")
def admin(served: Product) -> Admin:
    credentials = served.runtime["admin"]
    return Admin(credentials["username"], Path(credentials["password_file"]).read_text().strip())


@pytest.fixture(scope="package")
def admin_client(served: Product, admin: Admin) -> Iterator[httpx.Client]:
    """The API as the administrator uses it, to set the scene of a test."""
    with served.client() as client:
        response = client.post("/api/v1/auth/token", data={"username": admin.username, "password": admin.password})
        client.headers["Authorization"] = f"Bearer {response.raise_for_status().json()['access_token']}"
        yield client


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    try:
        found = find_chromium()
    except NoBrowser as reason:
        if "CI" in os.environ:
            raise
        pytest.skip(str(reason))
    expect.set_options(timeout=PATIENCE_MS)
    with launched(found) as browser:
        yield browser


@pytest.fixture(params=sorted(WIDTHS))
def page(request: pytest.FixtureRequest, chromium: Browser, served: Product) -> Iterator[Page]:
    """A fresh visitor, on a desk and on a phone. What goes wrong in the page's own code fails the test."""
    width, height = WIDTHS[request.param]
    context = chromium.new_context(
        base_url=served.base_url, viewport={"width": width, "height": height}, locale="en-IN", timezone_id="Asia/Kolkata"
    )
    context.set_default_timeout(PATIENCE_MS)
    crashes: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: crashes.append(str(error)))
    yield page
    context.close()
    assert not crashes
