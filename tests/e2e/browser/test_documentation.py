"""The pages of the API's documentation, in a real browser that applies their content security policy."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.support.api import RunningApi


def test_the_documentation_is_drawn_with_the_scripts_that_it_may_run(chromium: Browser, api: RunningApi) -> None:
    context = chromium.new_context(base_url=api.base_url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/schema/swagger")
    expect(page.get_by_role("link", name="/api/v1/search")).to_be_visible()
    context.close()
    assert complaints == []
