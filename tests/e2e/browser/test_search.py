"""Searching: one list that is filtered and ordered, prices by day, a form that folds on a phone, and trips of several legs."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.accessibility import faults, overhang, wait_for_fonts
from tests.support.flights import new_number

DAY: Final = datetime.now(UTC).date() + timedelta(days=5)
BACK: Final = DAY + timedelta(days=3)


def named(day: date) -> str:
    """As the app writes it."""
    return f"{day:%a} {day.day} {day:%b}"


def fly(admin_client: httpx.Client, way: tuple[str, str], day: date, hour: int, **changes: Any) -> dict[str, Any]:
    departure = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    body = {
        "flight_number": new_number("AI"),
        "source": way[0],
        "destination": way[1],
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(minutes=110)).isoformat(),
        "total_seats": 60,
        "price": "4100.50",
        **changes,
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


@pytest.fixture(scope="module")
def flights(admin_client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Bhopal to Surat direct, in the morning and dear in the evening, and by way of Indore; and one flight back."""
    return {
        "morning": fly(admin_client, ("Bhopal", "Surat"), DAY, 3),
        "evening": fly(admin_client, ("Bhopal", "Surat"), DAY, 14, price="9900.00", flight_number="6E-4711", total_seats=4),
        "first": fly(admin_client, ("Bhopal", "Indore"), DAY, 4, price="1000"),
        "second": fly(admin_client, ("Indore", "Surat"), DAY, 7, price="1000"),
        "back": fly(admin_client, ("Surat", "Bhopal"), BACK, 5),
    }


@pytest.fixture(autouse=True)
def without_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")


def test_one_list_is_ordered_and_filtered_and_the_address_has_the_parameters(
    page: Page, flights: dict[str, dict[str, Any]]
) -> None:
    page.goto(f"/?from=Bhopal&to=Surat&date={DAY.isoformat()}")
    expect(page.get_by_text("3 results", exact=True)).to_be_visible()
    rows = page.locator("main ul > li")
    page.get_by_text("Price", exact=True).click()
    expect(rows.nth(0)).to_contain_text(flights["second"]["flight_number"])
    expect(rows.nth(1)).to_contain_text("₹4,101")
    expect(rows.nth(2)).to_contain_text("Only 4 left")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("radio", name="Direct only").check()
    page.get_by_role("group", name="Departure").get_by_role("checkbox", name=re.compile("Evening")).check()
    expect(page.get_by_text("1 of 3 results")).to_be_visible()
    assert faults(page) == []
    if page.get_by_role("dialog", name="Filters").is_visible():  # on a phone
        page.get_by_role("button", name="Show 1 flight").click()
        expect(page.get_by_role("dialog", name="Filters")).to_be_hidden()
    # All of it stands in the address.
    page.reload()
    expect(page.get_by_text("1 of 3 results")).to_be_visible()
    expect(rows).to_have_count(1)
    expect(rows.nth(0)).to_contain_text("IndiGo")


def test_a_row_is_dense_on_a_desk_and_nothing_hangs_over_on_a_small_phone(page: Page, flights: dict[str, dict[str, Any]]) -> None:
    page.goto(f"/?from=Bhopal&to=Surat&date={DAY.isoformat()}&seats=2")
    row = page.locator("main ul > li").filter(has_text=flights["morning"]["flight_number"])
    expect(row).to_be_visible()
    is_wide = page.viewport_size is not None and page.viewport_size["width"] > 1000
    wait_for_fonts(page)
    box = row.bounding_box()
    assert box
    assert box["height"] <= (68 if is_wide else 140)
    page.set_viewport_size({"width": 320, "height": 640})
    assert overhang(page) <= 0
    page.get_by_role("button", name=re.compile("Bhopal to Surat")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert overhang(page) <= 0


def test_the_form_folds_on_a_phone_and_opens_as_a_sheet(page: Page, flights: dict[str, dict[str, Any]]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/?from=Bhopal&to=Surat&date={DAY.isoformat()}")
    line = page.get_by_role("button", name=f"Bhopal to Surat {named(DAY)}, 1 seat")
    line.click()
    sheet = page.get_by_role("dialog", name="Change the search")
    expect(sheet).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(line).to_be_focused()
    line.click()
    sheet.get_by_role("button", name="Day of departure").click()
    sheet.get_by_role("button", name=re.compile(f"^{named(BACK)}")).click()
    expect(sheet.get_by_role("button", name="Day of departure")).to_be_focused()
    sheet.get_by_role("button", name="One seat more").click()
    sheet.get_by_role("button", name="Search").click()
    expect(page.get_by_role("button", name=f"Bhopal to Surat {named(BACK)}, 2 seats")).to_be_visible()


def test_the_calendar_shows_the_fares_of_days_and_disables_past_ones(page: Page, flights: dict[str, dict[str, Any]]) -> None:
    page.goto("/?from=Bhopal")
    page.get_by_role("combobox", name="To").fill("Surat")
    page.get_by_role("option", name="Surat").click()
    day = page.get_by_role("button", name="Day of departure")
    day.click()
    calendar = page.get_by_role("dialog", name="Day of departure")
    expect(calendar.get_by_role("button", name=re.compile("20[0-9]{2}$"))).to_be_visible()
    if not calendar.get_by_role("button", name=f"{DAY:%B %Y}").is_visible():
        calendar.get_by_role("button", name="Month after").click()
    choice = calendar.get_by_role("button", name=re.compile(f"^{named(DAY)}, from ₹4,100.50"))
    expect(choice).to_be_visible()
    assert faults(page) == []
    choice.click()
    expect(day).to_be_focused()
    expect(day).to_have_text(re.compile(f"^{named(DAY)}"))


def test_a_day_without_flights_and_a_misspelt_place_lead_on(page: Page, flights: dict[str, dict[str, Any]]) -> None:
    page.goto(f"/?from=Bhopal&to=Surat&date={(DAY + timedelta(days=1)).isoformat()}")
    expect(page.get_by_role("heading", name="No flights on")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("listitem").get_by_role("link", name=named(DAY)).click()
    expect(page.get_by_text("3 results", exact=True)).to_be_visible()
    page.goto(f"/?from=Bhopl&to=Surat&date={DAY.isoformat()}")
    page.get_by_role("link", name="Search from Bhopal").click()
    expect(page.get_by_text("3 results", exact=True)).to_be_visible()


def test_a_return_trip_is_chosen_leg_by_leg_and_booked_as_one(page: Page, flights: dict[str, dict[str, Any]]) -> None:
    page.goto(f"/?from=Bhopal&to=Surat&date={DAY.isoformat()}&back={BACK.isoformat()}&seats=2")
    expect(page.get_by_role("heading", name="Flight 1 of 2: Bhopal to Surat")).to_be_visible()
    page.get_by_role("link", name=re.compile(f"Choose {flights['first']['flight_number']}, ")).click()
    second = page.get_by_role("heading", name="Flight 2 of 2: Surat to Bhopal")
    expect(second).to_be_focused()
    assert faults(page) == []
    page.reload()
    page.get_by_role("link", name=re.compile(f"Choose {flights['back']['flight_number']}")).click()
    expect(page.get_by_role("heading", name="Bhopal to Surat and back", level=1)).to_be_visible()
    expect(page.get_by_text("Change of plane in Indore")).to_have_count(1)
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"mira-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="Pay ₹12,201").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    ticket = page.get_by_role("region", name="Your ticket")
    for leg in ("first", "second", "back"):
        expect(ticket).to_contain_text(flights[leg]["flight_number"])
