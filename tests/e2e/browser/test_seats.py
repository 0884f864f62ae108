"""Seat numbers in a real browser: two people who pick the same seat, the keyboard, the list, and a narrow phone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.accessibility import faults, overhang
from tests.e2e.browser.conftest import PATIENCE_MS, WIDTHS, Admin
from tests.e2e.browser.test_operations import sign_in
from tests.support.flights import new_number
from tests.support.product import Product
from tests.support.waiting import until

IS_SHOWN = """seat => {
    const [inner, outer] = [seat, seat.closest('[role=grid]').parentElement].map(each => each.getBoundingClientRect());
    return inner.top >= outer.top && inner.bottom <= outer.bottom;
}"""
"""Whether a seat is in the part of the map that has been scrolled to."""
PASSWORD = "a long walk in the rain"


def schedule(admin_client: httpx.Client, cabin: str, seats: int) -> dict[str, Any]:
    departure = datetime.now(UTC).replace(microsecond=0) + timedelta(days=5)
    body = {
        "flight_number": new_number("SE"),
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(minutes=135)).isoformat(),
        "total_seats": seats,
        "price": "5450.00",
        "cabin": cabin,
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


@contextmanager
def traveller(browser: Browser, served: Product, address: str, **looks: Any) -> Iterator[Page]:
    """Somebody in a browser of their own, with a new account, on this page."""
    width, height = WIDTHS["desktop"]
    context = browser.new_context(
        **{"base_url": served.base_url, "viewport": {"width": width, "height": height}, "reduced_motion": "reduce", **looks}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("radio", name="Book without payment").check()
    page.get_by_role("button", name="Choose seats").click()
    expect(page.get_by_role("grid")).to_be_visible()
    yield page
    context.close()


def seat(page: Page, number: str, state: str) -> Any:
    return page.get_by_role("button", name=re.compile(rf"^{number}, .*{state}"))


def test_two_people_race_for_one_seat_and_the_second_keeps_the_other_one(
    chromium: Browser, served: Product, admin_client: httpx.Client
) -> None:
    flight = schedule(admin_client, "C208-9", 9)
    address = f"/flights/{flight['id']}?seats=2"
    with traveller(chromium, served, address) as first, traveller(chromium, served, address) as second:
        for page, seats in ((first, ("2C", "2D")), (second, ("2D", "3D"))):
            for number in seats:
                seat(page, number, "free").click()
                expect(seat(page, number, "yours")).to_be_visible()
        first.get_by_role("button", name="Book 2 seats").click()
        expect(first.get_by_role("heading", name="You are booked")).to_be_visible()
        expect(first.get_by_text("Seats 2C, 2D")).to_be_visible()

        second.get_by_role("button", name="Book 2 seats").click()
        expect(second.get_by_text("Seat 2D has just been taken")).to_be_visible()
        expect(seat(second, "2D", "taken")).to_be_visible()
        expect(seat(second, "3D", "yours, Traveller 2")).to_be_visible()
        second.get_by_role("button", name=re.compile("Traveller 1.*no seat")).click()
        seat(second, "3C", "free").click()
        second.get_by_role("button", name="Book 2 seats").click()
        expect(second.get_by_role("heading", name="You are booked")).to_be_visible()
        expect(second.get_by_text("Seats 3C, 3D")).to_be_visible()

        second.get_by_role("button", name="Change seats").click()
        seat(second, "1A", "free").click()
        second.get_by_role("button", name="Save seats").click()
        expect(second.get_by_text("Seats 1A, 3D")).to_be_visible()
    taken = admin_client.get(f"/api/v1/flights/{flight['id']}/seats").json()["taken"]
    assert taken == ["1A", "2C", "2D", "3D"]


def test_the_staff_see_all_seat_numbers_and_change_one(
    chromium: Browser, served: Product, admin_client: httpx.Client, admin: Admin
) -> None:
    flight = schedule(admin_client, "C208-9", 9)
    with traveller(chromium, served, f"/flights/{flight['id']}") as page:
        seat(page, "3D", "free").click()
        page.get_by_role("button", name="Book 1 seat").click()
        expect(page.get_by_text("Seat 3D")).to_be_visible()
        reference = page.title().removeprefix("Booking ")[:6]
    context = chromium.new_context(base_url=served.base_url, viewport={"width": 1280, "height": 860})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    sign_in(page, admin, f"/operations/flights/{flight['id']}")
    row = page.get_by_role("row").filter(has_text=reference)
    expect(row.get_by_role("cell", name="3D", exact=True)).to_be_visible()
    row.get_by_role("link", name=reference).click()
    page.get_by_role("link", name="Change seats").click()
    page.get_by_role("button", name="Change seats").click()
    seat(page, "1A", "free").click()
    page.get_by_role("button", name="Save seats").click()
    expect(page.get_by_text("Your seats are saved.")).to_be_visible()
    context.close()
    assert admin_client.get(f"/api/v1/flights/{flight['id']}/seats").json()["taken"] == ["1A"]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.variant)])
def test_the_map_of_a_wide_cabin_fits_a_narrow_phone_and_is_used_by_keys(
    chromium: Browser, served: Product, admin_client: httpx.Client, scheme: str
) -> None:
    flight = schedule(admin_client, "B788-256", 256)
    narrow = {"viewport": {"width": 320, "height": 700}, "color_scheme": scheme}
    with traveller(chromium, served, f"/flights/{flight['id']}?seats=2", **narrow) as page:
        page.get_by_role("button", name="Take the best seats together").click()
        expect(page.get_by_text("37A, 37B", exact=True)).to_be_visible()
        until(lambda: seat(page, "37A", "yours, Traveller 1").evaluate(IS_SHOWN))
        assert overhang(page) <= 0
        box = page.get_by_role("grid").locator("xpath=..")
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0, "no seat is cut off"
        assert faults(page) == []
        seat(page, "37A", "yours").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("End")
        expect(seat(page, "36J", "free")).to_be_focused()
        page.keyboard.press("Enter")
        expect(seat(page, "36J", "yours, Traveller 1")).to_be_focused()
        page.get_by_label(re.compile("^Seat of Traveller 1 on")).select_option("36H")
        expect(seat(page, "36H", "yours, Traveller 1")).to_be_visible()
        page.get_by_role("button", name="Book 2 seats").click()
        expect(page.get_by_text("Seats 36H, 37B")).to_be_visible()
