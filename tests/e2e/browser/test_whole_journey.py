"""A new user on a phone: a return trip with a connection for two, from the search to the cancellation of one of two bookings."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.conftest import PATIENCE_MS, WIDTHS
from tests.e2e.browser.test_seats import PASSWORD, seat
from tests.support.flights import new_number
from tests.support.product import Product

pytestmark = pytest.mark.variant

OUT: Final = datetime.now(UTC).date() + timedelta(days=6)
BACK: Final = OUT + timedelta(days=3)


def schedule(import_steps: httpx.Client, source: str, destination: str, day: date, hour: int) -> dict[str, Any]:
    """A flight of two hours with nine seats; `hour` in UTC."""
    departure = datetime.combine(day, time(hour), UTC)
    body = {
        "flight_number": new_number("WJ"),
        "source": source,
        "destination": destination,
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(hours=2)).isoformat(),
        "total_seats": 9,
        "cabin": "C208-9",
        "price": "4000.00",
    }
    created: dict[str, Any] = import_steps.post("/admin/flights", json=body).raise_for_status().json()
    return created


@pytest.fixture
def flights(admin_client: httpx.Client) -> list[dict[str, Any]]:
    """Lucknow to Madurai by way of Nagpur, and straight back three days later."""
    return [
        schedule(admin_client, "Lucknow", "Nagpur", OUT, 4),
        schedule(admin_client, "Nagpur", "Madurai", OUT, 8),
        schedule(admin_client, "Madurai", "Lucknow", BACK, 6),
    ]


@pytest.fixture
def phone(chromium: Browser, served: Product) -> Iterator[Page]:
    width, height = WIDTHS["mobile"]
    context = chromium.new_context(
        base_url=served.base_url,
        viewport={"width": width, "height": height},
        has_touch=True,
        is_mobile=True,
        locale="en-IN",
        timezone_id="Asia/Kolkata",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


PAIR: Final = re.compile(r"^\d[A-D], \d[A-D]$")


def book_trip(page: Page, flights: list[dict[str, Any]]) -> str:
    """With a card that declines. Returns the seats, which are the same on the three empty flights."""
    page.goto(f"/?from=Lucknow&to=Madurai&date={OUT}&back={BACK}&seats=2")
    page.get_by_role("listitem").filter(has_text="1 stop NAG").get_by_role("link", name=re.compile("^Choose")).tap()
    expect(page.get_by_role("heading", name=re.compile("Flight 2 of 2"))).to_be_visible()
    direct = page.get_by_role("listitem").filter(has_text=flights[2]["flight_number"])
    direct.get_by_role("link", name=re.compile("^Choose")).tap()
    page.get_by_role("link", name="Sign in to book").tap()
    page.get_by_role("link", name="Create an account").tap()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").tap()
    for number, name in ((1, "Asha Rao"), (2, "Ravi Rao")):
        page.get_by_role("group", name=f"Traveller {number}").get_by_role("textbox", name="Full name").fill(name)
    page.get_by_role("button", name="Best seats for all flights").tap()
    for flight in flights:
        step = page.get_by_role("region", name=f"Seats on {flight['flight_number']}")
        expect(step.get_by_text(PAIR)).to_be_visible()
    seats = page.get_by_text(PAIR).first.inner_text()
    page.get_by_role("radio", name="A card without enough money").check()
    page.get_by_role("button", name="Pay ₹24,000").tap()
    return seats


def test_a_new_user_books_changes_and_cancels_without_help(
    phone: Page, flights: list[dict[str, Any]], admin_client: httpx.Client
) -> None:
    page = phone
    seats = book_trip(page, flights)
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    page.get_by_role("link", name="Try another card").tap()
    expect(page.get_by_role("heading", name="Payment")).to_be_in_viewport()
    # Names and seats are as they were.
    expect(page.get_by_role("textbox", name="Full name").first).to_have_value("Asha Rao")
    for flight in flights:
        step = page.get_by_role("region", name=f"Seats on {flight['flight_number']}")
        expect(step.get_by_text(seats, exact=True)).to_be_visible()
    page.get_by_role("button", name="Pay ₹24,000").tap()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    ticket = page.get_by_role("region", name="Your ticket")
    expect(ticket.get_by_text(f"Seats {seats}")).to_have_count(3)
    expect(ticket.get_by_role("heading", name=re.compile("^Outbound: Lucknow to Madurai, "))).to_be_visible()
    expect(ticket.get_by_role("heading", name=re.compile("^Return: Madurai to Lucknow, "))).to_be_visible()
    trip = page.url

    # What would have been mailed is under Messages, because there is no mail server.
    page.get_by_role("link", name="Messages").tap()
    expect(page.get_by_text("You are booked · Lucknow to Madurai and back")).to_be_visible()
    page.goto(trip)
    page.get_by_role("button", name="Change seats").tap()
    step = page.get_by_role("region", name=f"Seats on {flights[0]['flight_number']}")
    step.get_by_role("button", name="Change seats").tap()
    seat(page, "1A", "free").tap()
    page.get_by_role("button", name="Save seats").tap()
    expect(page.get_by_text("Your seats are saved.")).to_be_visible()
    expect(ticket.get_by_text(f"Seats 1A, {seats[-2:]}")).to_be_visible()
    page.get_by_role("link", name="Messages").tap()
    expect(page.get_by_text("Your seats have changed · Lucknow to Madurai and back")).to_be_visible()

    another = schedule(admin_client, "Madurai", "Nagpur", BACK, 12)
    page.goto(f"/flights/{another['id']}")
    page.get_by_role("textbox", name="Full name").fill("Mira Das")
    page.get_by_role("button", name="Pay ₹4,000").tap()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    reference = page.title().removeprefix("Booking ")[:6]

    page.goto(trip)
    page.get_by_role("button", name="Cancel booking").tap()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("All 3 flights will be cancelled for both travellers.")
    dialog.get_by_role("button", name="Cancel booking").tap()
    expect(page.get_by_role("heading", name="Booking cancelled")).to_be_in_viewport()
    page.get_by_role("link", name="All my trips").tap()
    upcoming = page.get_by_role("region", name="Upcoming")
    expect(upcoming.get_by_role("listitem")).to_have_count(1)
    expect(upcoming).to_contain_text(reference)
