"""The console during a problem: it shows the cause within ten seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.conftest import PATIENCE_MS
from tests.support.api import PASSWORD
from tests.support.troubles import TROUBLES, Installation, Trouble, postgres_slow, redis_evicting

pytestmark = pytest.mark.timeout(600)

SHOWN_MS: Final = 30_000
"""Three times what is promised: the browser and everything else share the machine. `tests/faults/test_named_troubles.py` holds the API to the promise."""
TWO: Final = (redis_evicting, postgres_slow)


@pytest.fixture
def console(troubled: Installation, chromium: Browser) -> Iterator[Page]:
    """The overview of the console, seen by an administrator."""
    username = f"operator-{secrets.token_hex(4)}"
    account = {"username": username, "password": PASSWORD}
    assert troubled.console.post("/api/v1/auth/register", json=account).is_success
    with troubled.pipeline.db.transaction() as connection:
        connection.execute("UPDATE users SET role = 'admin' WHERE username = %s", (username,))
    context = chromium.new_context(base_url=troubled.api.base_url, viewport={"width": 1280, "height": 860}, locale="en-IN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/operations")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Everything is as it should be.")).to_be_visible()
    yield page
    context.close()


See = Callable[[Sequence[Trouble]], None]


@pytest.fixture
def see(troubled: Installation, console: Page) -> See:
    """Call it with troubles: each is made, awaited on the page, and ended."""

    def each_of(troubles: Sequence[Trouble]) -> None:
        for trouble in troubles:
            with trouble.make(troubled):
                named = console.get_by_role("status").get_by_role("listitem").first
                expect(named).to_contain_text(trouble.words, timeout=SHOWN_MS)
            expect(console.get_by_text("Everything is as it should be.")).to_be_visible(timeout=3 * PATIENCE_MS)

    return each_of


@pytest.mark.variant
def test_the_console_names_two_troubles(see: See) -> None:
    see([trouble for trouble in TROUBLES if trouble.make in TWO])


@pytest.mark.slow
def test_the_console_names_all_eight_troubles(see: See) -> None:
    see(TROUBLES)
