"""The bytes that the app sends over the network: for a traveller's first search, and for the console."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, Response, expect

from tests.e2e.browser.conftest import Admin
from tests.e2e.browser.test_operations import sign_in

BUDGET: Final = 200_000
"""Bytes of scripts and style sheets, compressed."""
CONSOLE_BUDGET: Final = 120_000
"""The same, of what the console's first page loads beyond what a traveller has loaded."""
SOURCES: Final = Path(__file__).parents[3] / "frontend" / "src"
CONSOLE: Final = SOURCES / "features" / "operations"


def watched(page: Page) -> list[Response]:
    """The scripts and style sheets that the page loads from now on."""
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response) if response.url.endswith((".js", ".css")) else None)
    return loaded


def sentences_of_the_console() -> set[str]:
    """What only the console says when it cannot load something: the build keeps such sentences as they are."""
    console: set[str] = set()
    elsewhere: set[str] = set()
    for source in SOURCES.rglob("*.tsx"):
        if not source.name.endswith(".test.tsx"):
            found = console if source.is_relative_to(CONSOLE) else elsewhere
            found.update(re.findall(r'failed=(?:"|{t`)([^"`]+)', source.read_text()))
    return console - elsewhere


def test_the_first_search_loads_little_and_all_of_it_compressed(page: Page) -> None:
    loaded = watched(page)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    page.goto(f"/?from=Delhi&to=Mumbai&date={day.isoformat()}")
    expect(page.get_by_role("heading", name="Delhi to Mumbai")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert loaded
    assert [file.url for file in loaded if file.headers.get("content-encoding") not in {"br", "gzip"}] == []
    sizes = {file.url.rpartition("/")[2]: int(file.headers["content-length"]) for file in loaded}
    assert sum(sizes.values()) < BUDGET, sizes


def test_travellers_load_no_code_of_the_console_and_the_console_loads_little(page: Page, admin: Admin) -> None:
    loaded = watched(page)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    for address in ("/", f"/?from=Delhi&to=Mumbai&date={day.isoformat()}", "/bookings", "/sign-up"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    of_travellers = {file.url: page.request.get(file.url).text() for file in loaded}
    sentences = sentences_of_the_console()
    assert len(sentences) > 10
    assert [(url, each) for url, text in of_travellers.items() for each in sentences if each in text] == []

    loaded.clear()
    sign_in(page, admin, "/operations")
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    more = {file.url: file for file in loaded if file.url not in of_travellers}
    text = "".join(page.request.get(url).text() for url in more)
    assert [each for each in sentences if each not in text] == []
    sizes = {url.rpartition("/")[2]: int(file.headers["content-length"]) for url, file in more.items()}
    assert sum(sizes.values()) < CONSOLE_BUDGET, sizes
