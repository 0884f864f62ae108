"""A fare is watched from the results and on the page of a booking, the traveller is notified of its fall, and the booking is rebooked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.test_booking import register
from tests.support.flights import new_number
from tests.support.waiting import until

INDIA: Final = ZoneInfo("Asia/Kolkata")
DAY: Final = datetime.now(INDIA).date() + timedelta(days=12)


def flight(price: str, number: str, source: str) -> dict[str, Any]:
    departure = datetime.combine(DAY, time(7, 10), INDIA)
    return {
        "flight_number": number,
        "source": source,
        "destination": "Indore",
        "departure_ts": departure.astimezone(UTC).isoformat(),
        "arrival_ts": (departure + timedelta(minutes=80)).astimezone(UTC).isoformat(),
        "total_seats": 9,
        "price": price,
    }


def has_message(page: Page) -> bool:
    """Whether a page that is loaded now shows the fall."""
    page.reload(wait_until="networkidle")
    return page.get_by_text("The fare has fallen: Nagpur to Indore").is_visible()


@pytest.mark.parametrize("page", ["mobile"], indirect=True)
def test_a_fall_is_shown_and_the_booking_is_rebooked_at_the_lower_fare(page: Page, admin_client: httpx.Client) -> None:
    number = new_number("AI")
    created = admin_client.post("/admin/flights", json=flight("5450.00", number, "Nagpur")).raise_for_status().json()
    page.goto(f"/?from=Nagpur&to=Indore&date={DAY}")
    page.get_by_role("link", name="Sign in to watch this fare").click()
    register(page)
    page.get_by_role("button", name="Watch this fare").click()
    expect(page.get_by_role("button", name="Watching this fare", pressed=True)).to_be_visible()

    page.get_by_role("link", name=re.compile("^Choose")).click()
    page.get_by_role("radio", name="A card that works", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_role("button", name="Watch this fare").click()
    expect(page.get_by_role("button", name="Watching this fare", pressed=True)).to_be_visible()
    booking = page.url

    admin_client.put(f"/admin/flights/{created['id']}", json=flight("4950.00", number, "Nagpur")).raise_for_status()
    page.goto(booking)
    expect(page.get_by_role("heading", name="Your fare is lower now")).to_be_visible()
    page.get_by_role("button", name="Rebook at ₹4,950").click()
    expect(page.get_by_text("₹500 goes back to your card", exact=False).last).to_be_visible()
    expect(page.get_by_role("heading", name="Your fare is lower now")).to_have_count(0)

    until(lambda: has_message(page))
    page.get_by_role("button", name="Close this notice").click()
    page.goto("/bookings")
    watched = page.get_by_role("region", name="Watched fares")
    expect(watched.get_by_text("down from ₹5,450")).to_be_visible()
    watched.get_by_role("button", name=re.compile("^Stop watching")).first.click()
    expect(watched.get_by_role("listitem")).to_have_count(1)
