"""Every page at twice its size: by the zoom of the browser (a window of 1280 x 800 shows 640 x 400), and by text alone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.conftest import PATIENCE_MS, Admin
from tests.e2e.browser.console_pages import CONSOLE
from tests.e2e.browser.enlargement import enlargement_faults
from tests.support.flights import new_number
from tests.support.product import Product

DEPARTURE: Final = (datetime.now(UTC) + timedelta(days=4)).replace(hour=6, minute=0, second=0, microsecond=0)


@pytest.fixture(params=["zoom", pytest.param("text", marks=pytest.mark.variant)])
def large(request: pytest.FixtureRequest, chromium: Browser, served: Product) -> Iterator[Page]:
    """A visitor to whom everything is shown at 200 %, or the text alone."""
    zoom = request.param == "zoom"
    context = chromium.new_context(
        base_url=served.base_url,
        viewport={"width": 640, "height": 400} if zoom else {"width": 1280, "height": 800},
        device_scale_factor=2 if zoom else 1,
        locale="en-IN",
        timezone_id="Asia/Kolkata",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if not zoom:
        # As in the settings of the browser, whose own size is 16 pixels.
        context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    yield page
    context.close()


@pytest.fixture(scope="module")
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    body = {
        "flight_number": new_number("ZM"),
        "source": "Thiruvananthapuram",
        "destination": "Visakhapatnam",
        "departure_ts": DEPARTURE.isoformat(),
        "arrival_ts": (DEPARTURE + timedelta(minutes=140)).isoformat(),
        "total_seats": 100,
        "price": 6100,
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


def sign_up(page: Page, flight: dict[str, Any]) -> None:
    """And come back to the checkout of this flight."""
    page.goto(f"/flights/{flight['id']}?seats=2")
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"mira-{secrets.token_hex(4)}@example.com")
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="If you cancel")).to_be_visible()


def test_the_pages_of_a_booking(large: Page, flight: dict[str, Any]) -> None:
    page = large
    found: dict[str, list[str]] = {}
    page.goto("/")
    expect(page.get_by_role("button", name=flight["source"])).to_be_visible()
    found["home"] = enlargement_faults(page)
    page.goto(f"/?from={flight['source']}&to={flight['destination']}&date={DEPARTURE.date()}&seats=2")
    expect(page.get_by_role("listitem").filter(has_text=flight["flight_number"])).to_be_visible()
    found["results"] = enlargement_faults(page)
    sign_up(page, flight)
    found["checkout"] = enlargement_faults(page)
    page.get_by_role("textbox", name="Full name").first.fill("Venkatanarasimharajuvaripeta Balasubramaniam")
    page.get_by_role("radio", name="Hold the seats, pay later").check()
    page.get_by_role("button", name="Hold 2 seats").click()
    expect(page.get_by_role("heading", name="Pay for your seats")).to_be_visible()
    found["held"] = enlargement_faults(page)
    page.get_by_role("radio", name="A card that works", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    found["ticket"] = enlargement_faults(page)
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.variant
def test_the_other_pages_of_a_traveller(large: Page, flight: dict[str, Any]) -> None:
    page = large
    found: dict[str, list[str]] = {}
    for name, address, heading in (
        ("nothing found", f"/?from={flight['destination']}&to={flight['source']}&date={DEPARTURE.date()}", "No flights on"),
        ("sign in", "/sign-in", "Sign in"),
        ("register", "/register", "Create an account"),
        ("not found", "/nowhere", re.compile(".")),
        ("find booking", "/find-booking", re.compile(".")),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        found[name] = enlargement_faults(page)
    sign_up(page, flight)
    page.get_by_role("radio", name="Book without payment").check()
    page.get_by_role("button", name="Book 2 seats").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_text("How it was processed").click()
    found["how it was processed"] = enlargement_faults(page)
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing was paid")
    found["cancelling"] = enlargement_faults(page)
    page.goto("/bookings")
    expect(page.get_by_role("listitem").first).to_be_visible()
    found["my trips"] = enlargement_faults(page)
    page.goto("/account")
    expect(page.get_by_role("textbox", name="E-mail address")).to_be_visible()
    found["account"] = enlargement_faults(page)
    page.goto("/messages")
    page.get_by_text("You are booked").click()
    expect(page.get_by_role("link", name="Open the booking")).to_be_visible()
    found["messages"] = enlargement_faults(page)
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.variant
def test_the_pages_of_the_console(large: Page, admin: Admin, flight: dict[str, Any]) -> None:
    page = large
    found: dict[str, list[str]] = {}
    page.goto("/operations/imports")
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()
    for address, title in CONSOLE.items():
        page.goto(f"/operations{address}")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(page.get_by_role("status", name=re.compile("^Loading"))).to_have_count(0)
        found[title] = enlargement_faults(page)
    page.goto("/operations/flights")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("link", name=re.compile("^All "))).to_be_visible()
    found["a flight"] = enlargement_faults(page)
    assert {where: faults for where, faults in found.items() if faults} == {}
