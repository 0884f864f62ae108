"""The pages of the console for an administrator, and the rules of axe on each."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from core.db import Database
from core.operations import dead_letters
from tests.e2e.browser.accessibility import faults, overhang, wait_for_fonts
from tests.e2e.browser.conftest import WIDTHS, Admin
from tests.e2e.browser.console_pages import CONSOLE
from tests.support.flights import new_number
from tests.support.product import Product

TABLET: Final[ViewportSize] = {"width": 820, "height": 1180}
PHONE: Final[ViewportSize] = {"width": WIDTHS["mobile"][0], "height": WIDTHS["mobile"][1]}
DESKTOP: Final[ViewportSize] = {"width": WIDTHS["desktop"][0], "height": WIDTHS["desktop"][1]}


@pytest.fixture
def letter(served: Product) -> None:
    """A message that nobody can read."""
    database = Database(served.runtime["database_url"], pool_size=1, application="test")
    try:
        with database.transaction() as connection:
            dead_letters.store_payload(connection, "bookings", b"{not json", "DecodeError: no JSON")
    finally:
        database.dispose()


@pytest.fixture
def integration(admin_client: httpx.Client) -> None:
    """A webhook and a key."""
    webhook = {"url": "https://example.com/hooks", "events": ["booking.confirmed"]}
    admin_client.post("/admin/webhooks", json=webhook).raise_for_status()
    admin_client.post("/admin/api-keys", json={"name": "the shop", "scopes": ["book"]}).raise_for_status()


@pytest.fixture
def wide_booking(served: Product, admin_client: httpx.Client) -> None:
    """A booking with a long account, a traveller with a long name, and a failure."""
    departure = datetime.now(UTC) + timedelta(days=9)
    flight = {
        "flight_number": new_number("AI"),
        "source": "Thiruvananthapuram",
        "destination": "Visakhapatnam",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(hours=2)).isoformat(),
        "total_seats": 9,
        "price": "5450.00",
    }
    flight_id = admin_client.post("/admin/flights", json=flight).raise_for_status().json()["id"]
    account = {"username": f"balasubramaniam-{secrets.token_hex(8)}@example.com", "password": "a long walk in the rain"}
    body = {
        "flight_id": flight_id,
        "seats": 1,
        "payment": {"token": "tok_declined"},
        "passengers": [{"name": "Venkatanarasimharajuvaripeta Balasubramaniam"}],
    }
    with served.client() as client:
        client.post("/api/v1/auth/register", json=account).raise_for_status()
        token = client.post("/api/v1/auth/token", data=account).raise_for_status().json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=20"}
        booked = client.post("/api/v1/booking", json=body, headers=headers).raise_for_status()
    assert booked.json()["job"]["status"] == "FAILED"


def cut_tables(page: Page) -> list[str]:
    """The names of tables that are wider than their place, so that one has to scroll to see their last columns."""
    wait_for_fonts(page)
    found: list[str] = page.locator("main section:has(> table)").evaluate_all(
        "places => places.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.ariaLabel)"
    )
    return found


def sign_in(page: Page, admin: Admin, address: str) -> None:
    page.goto(address)
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.variant)])
def test_every_page_of_the_console(
    page: Page, admin: Admin, letter: None, integration: None, wide_booking: None, scheme: str
) -> None:
    page.emulate_media(reduced_motion="reduce", color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, admin, "/operations")
    for address, title in CONSOLE.items():
        page.get_by_role("navigation", name="Operations").get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        expect(page).to_have_url(f"{page.evaluate('location.origin')}/operations{address}")
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        assert faults(page) == []
        assert overhang(page) <= 0
        if page.viewport_size == DESKTOP:
            assert cut_tables(page) == []
            page.set_viewport_size(TABLET)
            assert cut_tables(page) == []
            assert overhang(page) <= 0
            page.set_viewport_size(DESKTOP)


def test_a_phone_shows_which_page_of_the_console_is_open(page: Page, admin: Admin) -> None:
    """The links are beside each other, and wider than a phone."""
    page.set_viewport_size(PHONE)
    sign_in(page, admin, "/operations/users")
    expect(page.get_by_role("heading", name="Users", exact=True, level=1)).to_be_visible()
    expect(page.get_by_role("navigation", name="Operations").get_by_role("link", name="Users")).to_be_in_viewport(ratio=1)


def test_a_queue_is_paused_and_a_dead_letter_discarded(
    page: Page, admin: Admin, letter: None, admin_client: httpx.Client
) -> None:
    sign_in(page, admin, "/operations/queues")
    page.get_by_role("button", name="Pause flights").click()
    expect(page.get_by_text(f"by {admin.username}")).to_be_visible()
    page.get_by_role("button", name="Resume flights").click()
    expect(page.get_by_text(f"by {admin.username}")).to_be_hidden()

    page.get_by_role("link", name="Dead letters").click()
    page.get_by_role("button", name="Discard all…").click()
    page.get_by_role("button", name=re.compile(r"^Discard \d")).click()
    expect(page.get_by_text("discarded.")).to_be_visible()
    expect(page.get_by_text("No dead letter is open and matches.")).to_be_visible()
    assert admin_client.get("/admin/dead-letters").json()["data"] == []
