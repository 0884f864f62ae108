"""No page breaks the rules that axe can check (names, roles, contrast, landmarks, order), and all targets are large enough for touch."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.accessibility import contrast, faults, overhang
from tests.e2e.browser.conftest import Admin
from tests.support.flights import new_number

DAY: Final = datetime.now(UTC).date() + timedelta(days=4)


def schedule(admin_client: httpx.Client, source: str, destination: str, *, hour: int) -> dict[str, Any]:
    departure = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC)
    body = {
        "flight_number": new_number("AX"),
        "source": source,
        "destination": destination,
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(minutes=140)).isoformat(),
        "total_seats": 100,
        "price": 6100,
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


@pytest.fixture(scope="module")
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    return schedule(admin_client, "Chennai", "Kolkata", hour=6)


@pytest.fixture(scope="module")
def onward(admin_client: httpx.Client, flight: dict[str, Any]) -> dict[str, Any]:
    """Leaves Kolkata for Guwahati 100 minutes after `flight` has arrived there."""
    return schedule(admin_client, flight["destination"], "Guwahati", hour=10)


@pytest.fixture(autouse=True)
def looks(page: Page) -> None:
    """Without motion; on the desk by day, on the phone by night: contrast has nothing to do with the width."""
    is_wide = page.viewport_size is not None and page.viewport_size["width"] > 1000
    page.emulate_media(reduced_motion="reduce", color_scheme="light" if is_wide else "dark")


def test_the_pages_of_a_traveller(page: Page, flight: dict[str, Any]) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Chennai")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("combobox", name="From").fill("ch")
    expect(page.get_by_role("option", name="Chennai")).to_be_visible()
    assert faults(page) == []
    # On a phone a long list of suggestions covers the day.
    page.keyboard.press("Escape")
    expect(page.get_by_role("option", name="Chennai")).to_be_hidden()
    page.get_by_role("button", name="Day of departure").click()
    expect(page.get_by_role("dialog", name="Day of departure")).to_be_visible()
    assert faults(page) == []

    page.goto(f"/?from=Chennai&to=Kolkata&date={DAY.isoformat()}")
    expect(page.get_by_text("1 result", exact=True)).to_be_visible()
    assert faults(page) == []
    page.goto(f"/?from=Kolkata&to=Chennai&date={DAY.isoformat()}")
    expect(page.get_by_role("heading", name="No flights on")).to_be_visible()
    assert faults(page) == []

    page.goto(f"/flights/{flight['id']}")
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"ravi-{secrets.token_hex(4)}@example.com")
    page.get_by_label("Password", exact=True).fill("password")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Many people use this password")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("button", name="Pay ₹6,100")).to_be_visible()
    expect(page.get_by_role("heading", name="If you cancel")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("radio", name="Book without payment").check()
    page.get_by_role("button", name="Book 1 seat").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing was paid")
    assert faults(page, within="[role=dialog]") == []
    page.goto("/bookings")
    expect(page.get_by_role("listitem")).to_be_visible()
    assert faults(page) == []
    page.goto("/account")
    expect(page.get_by_role("textbox", name="E-mail address")).to_be_visible()
    assert faults(page) == []
    page.goto("/messages")
    message = page.get_by_text("You are booked")
    expect(message).to_be_visible()
    message.click()
    expect(page.get_by_role("link", name="Open the booking")).to_be_visible()
    assert faults(page) == []
    page.goto("/find-booking")
    page.get_by_label("Booking reference").fill("K7M2QX")
    page.get_by_label("Surname").fill("Rao")
    page.get_by_role("button", name="Find booking").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


def test_errors_of_a_search_can_be_read_and_corrected(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Search").click()
    for text in ("Where do you fly from?", "Where do you fly to?"):
        expect(page.get_by_text(text)).to_be_visible()
        assert contrast(page, text) >= 4.5
    start = page.get_by_role("combobox", name="From")
    expect(start).to_be_focused()
    assert start.evaluate("field => getComputedStyle(field).outlineStyle") == "solid"
    assert faults(page) == []
    page.keyboard.type("Nowhere")
    expect(page.get_by_text("Where do you fly from?")).to_be_hidden()
    expect(page.get_by_role("option", name="No place is called")).to_be_visible()
    assert contrast(page, "No place is called") >= 4.5
    assert faults(page) == []


def test_an_itinerary_with_a_change_of_plane(page: Page, flight: dict[str, Any], onward: dict[str, Any]) -> None:
    page.goto(f"/?from=Chennai&to=Guwahati&date={DAY.isoformat()}&seats=2")
    row = page.get_by_role("listitem").filter(has_text=onward["flight_number"])
    expect(row).to_contain_text("1 stop CCU 1 h 40 min")
    assert faults(page) == []
    row.get_by_role("link", name="Choose").click()
    expect(page.get_by_text("Change of plane in Kolkata")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"mira-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("group", name="Traveller 1").get_by_role("textbox", name="Full name").fill("Mira Das")
    page.get_by_role("radio", name="Hold the seats, pay later").check()
    assert faults(page) == []
    page.get_by_role("button", name="Hold 2 seats on 2 flights").click()
    page.get_by_role("button", name="Pay ₹24,400").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    expect(page.get_by_role("region", name="Your ticket")).to_contain_text("Mira Das")
    assert faults(page) == []
    expect(page.get_by_role("region", name="Your ticket")).to_contain_text(flight["flight_number"])
    expect(page.get_by_role("region", name="Your ticket")).to_contain_text(onward["flight_number"])


def test_a_narrow_window_needs_no_scrolling_sideways(page: Page, admin: Admin, flight: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/operations/imports")
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()
    assert overhang(page) <= 0
    page.goto("/")
    expect(page.get_by_role("button", name="Chennai")).to_be_visible()
    assert overhang(page) <= 0
    page.goto(f"/?from=Chennai&to=Kolkata&date={DAY.isoformat()}")
    expect(page.get_by_role("listitem").filter(has_text=flight["flight_number"])).to_be_visible()
    chosen = page.get_by_role("navigation", name="Other days").locator("[aria-current]")
    expect(chosen).to_be_in_viewport(ratio=1)
    assert overhang(page) <= 0


def test_the_pages_of_money_and_of_waiting(page: Page, admin_client: httpx.Client) -> None:
    departure = datetime(DAY.year, DAY.month, DAY.day, 7, tzinfo=UTC)
    plan = {
        "flight_number": new_number("AX"),
        "source": "Jaipur",
        "destination": "Kochi",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(minutes=140)).isoformat(),
        "total_seats": 100,
        "price": 6100,
    }
    flight = admin_client.post("/admin/flights", json=plan).raise_for_status().json()
    page.goto(f"/flights/{flight['id']}")
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"ravi-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("textbox", name="E-mail or phone").fill("ravi@example.com")
    page.get_by_role("button", name="Pay ₹6,100").click()
    expect(page.get_by_role("textbox", name="Full name")).to_be_focused()
    assert faults(page) == []
    page.get_by_role("textbox", name="Full name").fill("Ravi Iyer")
    page.get_by_role("radio", name="Pay now with a card").check()
    expect(page.get_by_role("radio", name="A card that works", exact=True)).to_be_visible()
    assert faults(page) == []
    page.get_by_role("radio", name="Hold the seats, pay later").check()
    page.get_by_role("button", name="Hold 1 seat").click()
    expect(page.get_by_role("heading", name="Pay for your seats")).to_be_visible()
    page.get_by_role("button", name="Correct Ravi Iyer").click()
    expect(page.get_by_role("textbox", name="Name of traveller 1")).to_be_focused()
    assert faults(page) == []
    page.get_by_role("radio", name="A card that the bank refuses").check()
    page.get_by_role("button", name="Pay ₹6,100").click()
    expect(page.get_by_role("heading", name="The card was declined")).to_be_visible()
    assert faults(page) == []

    later = departure + timedelta(minutes=90)
    moved = {**plan, "departure_ts": later.isoformat(), "arrival_ts": (later + timedelta(minutes=140)).isoformat()}
    admin_client.put(f"/admin/flights/{flight['id']}", json=moved).raise_for_status()
    page.reload()
    expect(page.get_by_role("heading", name="Your flight has new times")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("radio", name="A card that works", exact=True).check()
    page.get_by_role("button", name="Pay ₹6,100").click()
    expect(page.get_by_role("button", name="Pay ₹6,100")).to_be_hidden()
    page.get_by_role("button", name="Cancel free of charge").click()
    expect(page.get_by_role("dialog")).to_contain_text("You get back")
    assert faults(page, within="[role=dialog]") == []

    full = {**moved, "flight_number": new_number("AX"), "total_seats": 1}
    flight_id = admin_client.post("/admin/flights", json=full).raise_for_status().json()["id"]
    booked = {"flight_id": flight_id, "seats": 1}
    admin_client.post("/api/v1/booking", json=booked, headers={"Prefer": "wait=10"}).raise_for_status()
    page.goto(f"/flights/{flight_id}?seats=2")
    expect(page.get_by_role("heading", name="Waiting list")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("Number 1 in line")).to_be_visible()
    assert faults(page) == []


def test_the_pages_of_an_administrator(page: Page, admin: Admin) -> None:
    page.goto("/operations/imports")
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()
    assert faults(page) == []
