"""The board above a ticket, whose letters flip when the state of a booking changes."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.accessibility import faults, overhang, wait_for_fonts
from tests.support.flights import new_number

DEPARTURE: Final = (datetime.now(UTC) + timedelta(days=3)).replace(hour=5, minute=0, second=0, microsecond=0)
NARROWEST: Final = 320
_BOARD: Final = "[data-screen-only]:has([aria-label=Progress])"
_CUT: Final = """() => [...document.querySelectorAll('[data-tone] [style*="--place"]')]
    .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"""


@pytest.fixture
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    body = {
        "flight_number": new_number("SF"),
        "source": "Surat",
        "destination": "Patna",
        "departure_ts": DEPARTURE.isoformat(),
        "arrival_ts": (DEPARTURE + timedelta(minutes=110)).isoformat(),
        "total_seats": 9,
        "price": "4200.00",
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


def open_checkout(page: Page, flight: dict[str, Any]) -> None:
    """Signed in with a new account."""
    page.goto(f"/flights/{flight['id']}")
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("radio", name="Book without payment").check()


def letters(page: Page, tone: str) -> str:
    """What a line of the board shows once nothing flips."""
    line = page.locator(f"[data-tone={tone}]")
    expect(line).not_to_have_attribute("data-flips", "true")
    return line.text_content() or ""


def test_the_letters_flip_when_the_booking_is_confirmed_and_nothing_else_moves(page: Page, flight: dict[str, Any]) -> None:
    confirmed = False

    def delay_confirmation(route: Any) -> None:
        response = route.fetch()
        body = response.json()
        if not confirmed:
            body["status"] = body["booking"]["status"] = "PENDING"
            body["done"] = False
        route.fulfill(response=response, json=body)

    page.route("**/api/v1/jobs/*", delay_confirmation)
    open_checkout(page, flight)
    page.get_by_role("button", name="Book 1 seat").click()
    expect(page.get_by_role("heading", name="Booking your seats")).to_be_visible()
    assert letters(page, "plain") == "SEATS"
    assert letters(page, "amber") == ""
    board = page.locator(_BOARD).bounding_box()
    page.evaluate(
        """() => {
            window.fallen = new Set();
            document.addEventListener('animationstart', ({ target }) => window.fallen.add(target.dataset.back));
        }"""
    )
    confirmed = True
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert letters(page, "plain") == "CONFIRMED"
    assert re.fullmatch("[A-HJ-NP-Z2-9]{6}", letters(page, "amber"))
    assert page.locator("[data-flips]").count() == 0
    assert set("CONFIRMED") <= set(page.evaluate("[...window.fallen]"))
    assert page.locator(_BOARD).bounding_box() == board
    # Screen readers hear the title, and no letters one by one.
    assert page.locator("[aria-live]").filter(has_text="You are booked").count() == 1
    assert "CONFIRMED" not in page.locator(_BOARD).aria_snapshot()
    page.reload()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert letters(page, "plain") == "CONFIRMED"


@pytest.mark.variant
def test_without_motion_the_board_shows_the_status_at_once_in_every_language(page: Page, flight: dict[str, Any]) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script("window.moved = 0; document.addEventListener('animationstart', () => { window.moved += 1; });")
    if page.viewport_size and page.viewport_size["width"] < 1000:
        page.set_viewport_size({"width": NARROWEST, "height": 640})
    open_checkout(page, flight)
    page.get_by_role("button", name="Book 1 seat").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert page.locator("[data-tone=plain]").text_content() == "CONFIRMED"
    assert faults(page) == []
    for language, word in (("Deutsch", "BESTÄTIGT"), ("हिन्दी", "पुष्टिहोगई")):
        page.get_by_role("contentinfo").get_by_role("combobox").select_option(label=language)
        expect(page.locator("[data-tone=plain]")).to_have_text(word)
        wait_for_fonts(page)
        assert page.evaluate(_CUT) == []
        assert overhang(page) <= 0
    assert page.locator("[data-flips]").count() == 0
    assert page.evaluate("window.moved") == 0
