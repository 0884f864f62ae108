"""How a traveller searches, books, pays and cancels, in a real browser on the real servers."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.flights import new_number
from tests.support.waiting import until

PASSWORD: Final = "a long walk in the rain"
INDIA: Final = ZoneInfo("Asia/Kolkata")
DAY: Final = datetime.now(INDIA).date() + timedelta(days=3)


@pytest.fixture
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    """From Delhi at 06:20 to Mumbai at 08:35, both local, with five seats."""
    departure = datetime.combine(DAY, time(6, 20), INDIA)
    body = {
        "flight_number": new_number("AI"),
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": departure.astimezone(UTC).isoformat(),
        "arrival_ts": (departure + timedelta(minutes=135)).astimezone(UTC).isoformat(),
        "total_seats": 5,
        "price": "5450.00",
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


def register(page: Page) -> str:
    """Creates an account where the app asks for one."""
    username = f"asha-{secrets.token_hex(4)}"
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    return username


def test_a_traveller_finds_a_flight_books_it_and_cancels(page: Page, flight: dict[str, Any]) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Where to next?")).to_be_visible()
    expect(page.get_by_role("button", name="Delhi")).to_be_visible()

    page.get_by_role("combobox", name="From").fill("del")
    page.get_by_role("option", name="Delhi").click()
    page.get_by_role("combobox", name="To").fill("mumb")
    page.get_by_role("option", name="Mumbai").click()
    page.get_by_role("button", name="Search").click()
    page.get_by_role("navigation", name="Other days").get_by_role("link", name=f"{DAY:%a} {DAY.day} {DAY:%b}").click()
    row = page.get_by_role("listitem").filter(has_text=flight["flight_number"])
    expect(row).to_contain_text("06:20")
    expect(row).to_contain_text("08:35")
    expect(row).to_contain_text("Only 5 left")

    row.get_by_role("link", name=re.compile("Choose")).click()
    page.get_by_role("group", name="How many seats?").get_by_role("button", name="One seat more").click()
    expect(page.get_by_role("region", name="Your booking").get_by_text("₹10,900")).to_be_visible()
    page.get_by_role("link", name="Sign in to book").click()
    register(page)
    page.get_by_role("radio", name="Book without payment").check()
    page.get_by_role("button", name="Book 2 seats").click()

    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    expect(page.get_by_role("list", name="Progress")).to_contain_text(re.compile("Seats, done.*Confirmed, done"))
    page.get_by_text("How it was processed").click()
    expect(page.get_by_role("list", name="What happened so far")).to_contain_text(re.compile(r"Confirmed\+ [\d.]+ ms"))
    ticket = page.get_by_role("region", name="Your ticket")
    reference = ticket.get_by_text(re.compile(r"^[A-HJ-NP-Z2-9]{6}$")).inner_text()

    # A new page knows nothing but the refresh cookie.
    page.reload()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_role("link", name="My trips").first.click()
    expect(page.get_by_role("listitem").filter(has_text=reference)).to_contain_text("Confirmed")

    page.get_by_role("link", name=f"Booking {reference}").click()
    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("heading", name="Booking cancelled")).to_be_visible()


def test_held_seats_are_paid_and_cancelled_for_the_refund_that_was_shown(page: Page, flight: dict[str, Any]) -> None:
    page.goto(f"/flights/{flight['id']}?seats=2")
    page.get_by_role("link", name="Sign in to book").click()
    register(page)
    total = page.get_by_role("complementary", name="Total")
    if page.viewport_size == {"width": 390, "height": 844}:
        expect(total).to_contain_text("₹10,900")
        total.get_by_role("button", name="Review and book").click()
    expect(total).to_be_hidden()
    expect(page.get_by_role("heading", name="Your booking")).to_be_in_viewport()
    page.get_by_role("radio", name="Hold the seats, pay later").check()
    page.get_by_role("button", name="Hold 2 seats").click()
    expect(page.get_by_role("heading", name="Your seats are held")).to_be_visible()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^1[45]:\d\d$"))

    page.get_by_role("radio", name="A card that the bank refuses").check()
    page.get_by_role("button", name="Pay ₹10,900").click()
    expect(page.get_by_role("heading", name="The card was declined")).to_be_visible()
    page.get_by_role("radio", name="A card that works", exact=True).check()
    page.get_by_role("button", name="Pay ₹10,900").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_text("How it was processed").click()
    expect(page.get_by_role("list", name="What happened so far")).to_contain_text(re.compile("Card declined.*Paid.*Confirmed"))

    page.get_by_role("button", name="Cancel booking").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You get back₹8,175")
    dialog.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("heading", name="Booking cancelled")).to_be_visible()
    expect(page.get_by_text("₹8,175 was refunded to your card. The fee was ₹2,725.")).to_be_visible()


def test_a_traveller_waits_for_a_sold_out_flight_and_is_offered_seats(
    page: Page, flight: dict[str, Any], admin_client: httpx.Client
) -> None:
    body = {"flight_id": flight["id"], "seats": 5}
    taken = admin_client.post("/api/v1/booking", json=body, headers={"Prefer": "wait=10"}).raise_for_status().json()
    page.goto(f"/flights/{flight['id']}?seats=2")
    page.get_by_role("link", name="Sign in to wait").click()
    register(page)
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("Number 1 in line")).to_be_visible()

    admin_client.delete(f"/api/v1/bookings/{taken['booking_id']}").raise_for_status()
    expect(page.get_by_text("It is your turn")).to_be_visible()
    page.get_by_role("link", name="Pay for them").click()
    # The page of the flight has a button of the same name, for another booking.
    expect(page.get_by_role("heading", name="Your seats are held")).to_be_visible()
    page.get_by_role("button", name="Pay ₹10,900").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()


def test_a_booking_of_seats_that_were_taken_meanwhile_is_refused_at_once(
    page: Page, flight: dict[str, Any], admin_client: httpx.Client
) -> None:
    page.goto(f"/flights/{flight['id']}?seats=2")
    page.get_by_role("link", name="Sign in to book").click()
    register(page)
    page.get_by_role("radio", name="Book without payment").check()
    book = page.get_by_role("button", name="Book 2 seats")
    expect(book).to_be_visible()

    # Another booking takes four of the five seats. The page cannot load the flight again, so it does not know.
    page.route(f"**/api/v1/flights/{flight['id']}", lambda route: route.abort())
    body = {"flight_id": flight["id"], "seats": 4}
    rival = admin_client.post("/api/v1/booking", json=body, headers={"Prefer": "wait=10"}).raise_for_status().json()
    until(lambda: admin_client.get(rival["status_url"]).json()["status"] == "CONFIRMED")
    book.click()

    # Refused by the API, or by the worker when the API did not know yet.
    expect(page.get_by_text(re.compile("Another booking was faster|Sold out before your turn"))).to_be_visible()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press the tabulator until `wanted` has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by the tabulator")


def test_the_app_works_by_keyboard_alone(page: Page, flight: dict[str, Any]) -> None:
    """From the list of flights to a booking that is paid, and its cancellation."""
    page.goto(f"/?from=Delhi&to=Mumbai&date={DAY.isoformat()}")
    row = page.get_by_role("listitem").filter(has_text=flight["flight_number"])
    expect(row).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, row.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Delhi to Mumbai")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()

    tab_to(page, page.get_by_role("link", name="Sign in to book"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Create an account"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    tab_to(page, page.get_by_label("Username"))
    page.keyboard.type(f"asha-{secrets.token_hex(4)}")
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_role("textbox", name="Full name"))
    page.keyboard.type("Asha Rao")
    tab_to(page, page.get_by_role("radio", name="Pay now with a card"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Hold the seats, pay later")).to_be_checked()
    page.keyboard.press("ArrowUp")
    tab_to(page, page.get_by_role("button", name=re.compile("^Pay ")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()

    tab_to(page, page.get_by_role("button", name="Cancel booking"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_role("button", name="Cancel booking"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Cancel booking")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Cancel booking"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Booking cancelled")).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
