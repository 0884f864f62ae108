"""The app on a device with a wrong clock or without a time zone, without a connection, and after a newer release was installed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.conftest import PATIENCE_MS
from tests.support.flights import new_number
from tests.support.product import Product

DEPARTURE: Final = (datetime.now(UTC) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    body = {
        "flight_number": new_number("RB"),
        "source": "Pune",
        "destination": "Nagpur",
        "departure_ts": DEPARTURE.isoformat(),
        "arrival_ts": (DEPARTURE + timedelta(minutes=80)).isoformat(),
        "total_seats": 50,
        "price": "3100.00",
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


@pytest.fixture
def visitor(chromium: Browser, served: Product) -> Iterator[Page]:
    context = chromium.new_context(base_url=served.base_url, viewport={"width": 390, "height": 844}, locale="en-IN")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("wrong_by", [timedelta(days=30), timedelta(days=-30)], ids=["fast", "slow"])
def test_a_wrong_clock_hides_no_flight_and_offers_no_past_day(visitor: Page, flight: dict[str, Any], wrong_by: timedelta) -> None:
    visitor.clock.install(time=datetime.now(UTC) + wrong_by)
    visitor.goto(f"/flights/{flight['id']}")
    expect(visitor.get_by_role("link", name="Sign in to book")).to_be_visible()
    expect(visitor.get_by_text("Departed", exact=True)).to_have_count(0)


@pytest.mark.parametrize("zone", ["Etc/Unknown", "Moon/Tranquility"])
def test_a_zone_that_the_browser_does_not_know_is_utc_and_marked(visitor: Page, flight: dict[str, Any], zone: str) -> None:
    def answer_with_zone(route: Any) -> None:
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "source_timezone": zone, "destination_timezone": zone})

    visitor.route(f"**/api/v1/flights/{flight['id']}", answer_with_zone)
    visitor.goto(f"/flights/{flight['id']}")
    expect(visitor.get_by_text("09:00 UTC")).to_be_visible()
    expect(visitor.get_by_text("10:20 UTC")).to_be_visible()


def test_a_page_that_was_not_loaded_waits_for_the_connection(visitor: Page, served: Product) -> None:
    visitor.goto("/register")
    visitor.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}")
    visitor.get_by_label("Password", exact=True).fill("a long walk in the rain")
    visitor.get_by_role("button", name="Create account").click()
    trips = visitor.get_by_role("navigation", name="Main").get_by_role("link", name="My trips")
    expect(trips).to_be_visible()
    visitor.context.set_offline(True)
    trips.click()
    expect(visitor.get_by_role("heading", name="Waiting for the connection")).to_be_visible()
    visitor.context.set_offline(False)
    expect(visitor).to_have_url(re.compile("/bookings$"))
    expect(visitor.get_by_role("heading", level=1, name=re.compile("My (bookings|trips)"))).to_be_visible()


def test_after_a_newer_release_the_app_is_loaded_again_at_the_page_that_was_wanted(visitor: Page, flight: dict[str, Any]) -> None:
    visitor.goto("/")
    expect(visitor.get_by_role("heading", name="Where to next?")).to_be_visible()
    # The files of the release that this window runs are gone, until it has asked for the page again.
    requested: list[str] = []
    visitor.on("request", lambda request: requested.append(request.url) if request.is_navigation_request() else None)
    visitor.route("**/assets/sign-in-*.js", lambda route: route.continue_() if requested else route.fulfill(status=404))
    visitor.get_by_role("link", name="Sign in").click()
    expect(visitor.get_by_role("heading", name="Sign in")).to_be_visible()
    assert requested
