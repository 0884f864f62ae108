"""What a traveller's first search weighs on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from playwright.sync_api import Page, Response, expect

BUDGET: Final = 200_000
"""Bytes of scripts and style sheets, compressed."""


def test_the_first_search_loads_little_and_all_of_it_compressed(page: Page) -> None:
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response) if response.url.endswith((".js", ".css")) else None)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    page.goto(f"/?from=Delhi&to=Mumbai&date={day.isoformat()}")
    expect(page.get_by_role("heading", name="Delhi to Mumbai")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert loaded
    assert [file.url for file in loaded if file.headers.get("content-encoding") not in {"br", "gzip"}] == []
    sizes = {file.url.rpartition("/")[2]: int(file.headers["content-length"]) for file in loaded}
    assert sum(sizes.values()) < BUDGET, sizes
