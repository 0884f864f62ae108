"""No page breaks the rules that axe can check: names, roles, contrast, landmarks, order."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.chromium import FRONTEND
from tests.e2e.browser.conftest import Admin

AXE: Final = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
DAY: Final = datetime.now(UTC).date() + timedelta(days=4)


@pytest.fixture(scope="module")
def flight(back_office: httpx.Client) -> dict[str, Any]:
    departure = datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC)
    body = {
        "flight_number": f"AX-{secrets.randbelow(9000) + 1000}",
        "source": "Chennai",
        "destination": "Kolkata",
        "departure_ts": departure.isoformat(),
        "arrival_ts": (departure + timedelta(minutes=140)).isoformat(),
        "total_seats": 100,
        "price": 6100,
    }
    created: dict[str, Any] = back_office.post("/admin/flights", json=body).raise_for_status().json()
    return created


def faults(page: Page, *, within: str = "html") -> list[str]:
    """What axe finds on the page as it stands. Nothing may be fading in: half-faded text has half the contrast."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("within => axe.run(within, { resultTypes: ['violations'] })", within)["violations"]
    return [f"{fault['id']}: {fault['help']}: {[node['html'] for node in fault['nodes']]}" for fault in found]


@pytest.fixture(autouse=True)
def without_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")


def test_the_pages_of_a_traveller(page: Page, flight: dict[str, Any]) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Chennai")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("combobox", name="From").fill("ch")
    expect(page.get_by_role("option", name="Chennai")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Day of departure").click()
    expect(page.get_by_role("dialog", name="Day of departure")).to_be_visible()
    assert faults(page) == []

    page.goto(f"/?from=Chennai&to=Kolkata&date={DAY.isoformat()}")
    expect(page.get_by_text("1 flight", exact=True)).to_be_visible()
    assert faults(page) == []
    page.goto(f"/?from=Kolkata&to=Chennai&date={DAY.isoformat()}")
    expect(page.get_by_role("heading", name="No flights on")).to_be_visible()
    assert faults(page) == []

    page.goto(f"/flights/{flight['id']}")
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"ravi-{secrets.token_hex(4)}")
    page.get_by_label("Password", exact=True).fill("password")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("among the most used")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Password", exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("button", name="Book 1 seat")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Book 1 seat").click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page, within="[role=dialog]") == []
    page.goto("/bookings")
    expect(page.get_by_role("listitem")).to_be_visible()
    assert faults(page) == []


def test_the_pages_of_an_administrator(page: Page, admin: Admin) -> None:
    page.goto("/manage")
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()
    assert faults(page) == []
