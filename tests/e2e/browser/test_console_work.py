"""The work of the airline's staff in the console: flights, bookings of travellers, accounts. An agent cannot do any of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.accessibility import faults, overhang
from tests.e2e.browser.conftest import Admin
from tests.e2e.browser.test_operations import sign_in
from tests.support.flights import new_number
from tests.support.product import Product

DAY: Final = (datetime.now(UTC) + timedelta(days=12)).date()
PASSWORD: Final = "a long walk in the rain"


@pytest.fixture
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    body = {
        "flight_number": new_number("CO"),
        "source": "Delhi",
        "destination": "Mumbai",
        "departure_ts": f"{DAY}T06:00:00Z",
        "arrival_ts": f"{DAY}T08:10:00Z",
        "total_seats": 4,
        "price": 5400,
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


@pytest.fixture
def traveller(served: Product) -> Iterator[httpx.Client]:
    """Somebody with an account, an e-mail address, and a name that nobody else has."""
    name = f"asha-{secrets.token_hex(4)}@example.com"
    with served.client() as client:
        client.post("/api/v1/auth/register", json={"username": name, "password": PASSWORD}).raise_for_status()
        response = client.post("/api/v1/auth/token", data={"username": name, "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {response.raise_for_status().json()['access_token']}"
        client.headers["X-Name"] = name
        yield client


@pytest.fixture
def booking(traveller: httpx.Client, flight: dict[str, Any]) -> dict[str, Any]:
    """Two seats, paid for."""
    body = {"flight_id": flight["id"], "seats": 2, "payment": {"token": "tok_ok"}, "passengers": [{"name": "Asha Rao"}]}
    response = traveller.post("/api/v1/booking", json=body, headers={"Prefer": "wait=20"}).raise_for_status().json()
    made: dict[str, Any] = response["job"]["booking"]
    assert made["status"] == "CONFIRMED"
    return made


@pytest.fixture(autouse=True)
def still(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")


def test_a_flight_is_made_found_changed_and_cancelled(
    page: Page,
    admin: Admin,
    admin_client: httpx.Client,
    traveller: httpx.Client,
    flight: dict[str, Any],
) -> None:
    number = new_number("CO")
    sign_in(page, admin, "/operations/flights")
    page.get_by_role("button", name="New flight").click()
    form = page.get_by_role("dialog", name="New flight")
    form.get_by_label("Flight number").fill(number)
    form.get_by_label("From").fill("DEL")
    form.get_by_label("To").fill("BOM")
    expect(form.get_by_text("Asia/Kolkata")).to_have_count(2)
    form.get_by_label("Departure").fill(f"{DAY}T10:00")
    expect(form.get_by_text(f"{DAY} 04:30 UTC")).to_be_visible()
    form.get_by_label("Arrival").fill(f"{DAY}T09:00")
    form.get_by_label("Price of a seat").fill("6100")
    form.get_by_role("button", name="Create the flight").click()
    expect(form.get_by_role("alert")).to_be_visible()
    assert faults(page, within="[role=dialog]") == []
    form.get_by_label("Arrival").fill(f"{DAY}T12:10")
    form.get_by_role("button", name="Create the flight").click()
    expect(page.get_by_role("heading", name=number, level=1)).to_be_visible()
    expect(page.get_by_role("region", name="Seats")).to_contain_text("Postgres")
    assert faults(page) == []
    assert overhang(page) <= 0

    flight_id = page.url.rpartition("/")[2]
    assert admin_client.get(f"/admin/flights/{flight_id}").json()["departure_ts"] == f"{DAY}T04:30:00Z"
    traveller.post("/api/v1/booking", json={"flight_id": flight_id, "seats": 2}, headers={"Prefer": "wait=20"}).raise_for_status()
    page.get_by_role("button", name="Change", exact=True).click()
    form = page.get_by_role("dialog", name=f"Change {number}")
    form.get_by_label("Price of a seat").fill("6500")
    # Somebody else is faster: nobody's change is lost without a word.
    seen = admin_client.get(f"/admin/flights/{flight_id}").json()
    body = {name: seen[name] for name in ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "price")}
    admin_client.put(f"/admin/flights/{flight_id}", json={**body, "total_seats": 200}).raise_for_status()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("Somebody has changed this flight")
    form.get_by_role("button", name="Close without saving").click()
    page.reload()
    page.get_by_role("button", name="Change", exact=True).click()
    form.get_by_label("Price of a seat").fill("6500")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Schedule")).to_contain_text("6,500")
    page.get_by_role("tab", name="Audit trail").click()
    expect(page.get_by_role("region", name="Changes")).to_contain_text("price 6100.00 → 6500.00")

    page.get_by_role("button", name="Cancel the flight…").click()
    dialog = page.get_by_role("dialog", name=f"Cancel {number}")
    expect(dialog).to_contain_text("Bookings that end1")
    dialog.get_by_label("Reason").fill("The aircraft is being repaired.")
    assert faults(page, within="[role=dialog]") == []
    dialog.get_by_role("button", name="Cancel, and end 1 booking").click()
    expect(page.get_by_role("region", name="Schedule")).to_contain_text("cancelled")

    page.get_by_role("link", name="All flights").click()
    expect(page.get_by_role("heading", name="Flights", exact=True, level=1)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(number)
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label("First day").fill(str(DAY + timedelta(days=1)))
    expect(page.get_by_text("on matches.")).to_be_visible()
    page.get_by_role("button", name="Look among all days").click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_label("First day")).to_have_value("")
    page.get_by_role("button", name="From today").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.keyboard.press("Tab")
    page.get_by_role("region", name="Flights").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=number, level=1)).to_be_visible()


def test_a_booking_is_found_by_the_palette_written_to_and_cancelled_on_behalf(
    page: Page, admin: Admin, booking: dict[str, Any]
) -> None:
    sign_in(page, admin, "/operations")
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Go to", exact=True)).to_be_focused()
    page.keyboard.type(booking["reference"].lower())
    page.get_by_role("option", name=f"Booking {booking['reference']}").or_(
        page.get_by_role("button", name=f"Booking {booking['reference']}")
    ).first.click()
    page.get_by_role("region", name="Bookings").get_by_role("link", name=booking["reference"]).click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("confirmed")
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("succeeded")
    assert faults(page) == []
    assert overhang(page) <= 0
    page.get_by_role("button", name="Send the mail again").click()
    expect(page.get_by_role("status").filter(has_text="A new mail (confirmed)")).to_be_visible()
    page.get_by_role("button", name="Cancel on behalf…").click()
    dialog = page.get_by_role("dialog", name=f"Cancel {booking['reference']}")
    expect(dialog.get_by_role("button", name="Cancel, and refund ₹10,800")).to_be_enabled()
    assert faults(page, within="[role=dialog]") == []
    dialog.get_by_role("button", name="Cancel, and refund ₹10,800").click()
    expect(page.get_by_role("region", name="Booking", exact=True)).to_contain_text("cancelled")
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("refund")
    expect(page.get_by_role("region", name="Changes")).to_contain_text("booking.cancelled")


def test_who_becomes_an_agent_sees_everything_and_changes_nothing(
    page: Page, admin: Admin, traveller: httpx.Client, flight: dict[str, Any]
) -> None:
    name = traveller.headers["X-Name"]
    sign_in(page, admin, "/operations/users")
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.get_by_role("button", name=f"Change the role of {name}").click()
    page.get_by_role("dialog").get_by_role("radio", name="agent").check()
    page.get_by_role("dialog").get_by_role("button", name="Change the role").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text=name).get_by_role("cell", name="agent", exact=True)).to_have_count(1)

    page.get_by_role("button", name="Account").or_(page.get_by_role("button", name=admin.username)).first.click()
    page.get_by_role("menuitem", name="Sign out").click()
    sign_in(page, Admin(name, PASSWORD), f"/operations/flights/{flight['id']}")
    expect(page.get_by_role("heading", name=flight["flight_number"], level=1)).to_be_visible()
    for button in ("Change", "Cancel the flight…"):
        expect(page.get_by_role("button", name=button, exact=True)).to_be_disabled()
    page.goto("/operations/users")
    expect(page.get_by_role("button", name="Change the role of").first).to_be_disabled()
    page.goto("/operations/imports")
    expect(page.get_by_role("heading", name="Imports")).to_be_visible()
    expect(page.get_by_label("CSV file")).to_have_count(0)
