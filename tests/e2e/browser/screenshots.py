"""How screenshots are taken: as which user, and when a page is ready."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

WIDTHS: Final = {"desk": (1280, 900), "tablet": (820, 1180), "phone": (390, 844)}


@dataclass(frozen=True)
class Screenshots:
    """Takes `<folder>/<prefix>-<name>.png` of a page."""

    page: Page
    folder: Path
    prefix: str

    def take(self, name: str, *, follows_events: bool = False) -> None:
        """`follows_events`: the page keeps a stream open, so its network is never idle."""
        # What is still fading in or loading its prices would be half there.
        if follows_events:
            expect(self.page.get_by_role("status", name=re.compile("^Loading"))).to_have_count(0)
        else:
            self.page.wait_for_load_state("networkidle")
        # Below an open dialog there is nothing to see.
        whole = self.page.locator("dialog[open], [role=dialog]").count() == 0
        self.page.screenshot(path=self.folder / f"{self.prefix}-{name}.png", animations="disabled", full_page=whole)


def visitor(browser: Browser, address: str, wide: int, high: int, scheme: str) -> BrowserContext:
    context = browser.new_context(
        base_url=address,
        viewport={"width": wide, "height": high},
        locale="en-IN",
        timezone_id="Asia/Kolkata",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    return context
