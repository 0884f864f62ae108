"""The layout of a page does not shift while it loads, measured by the browser."""

from __future__ import annotations

from typing import Final

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.browser.conftest import Admin
from tests.e2e.browser.page_timings import OBSERVE, PROFILES, opened, prepared, sign_in
from tests.support.flights import add_flight, new_number, noon_in
from tests.support.product import Product

MOST: Final = 0.1
"""A cumulative layout shift up to here is called good (https://web.dev/articles/cls)."""
SLOW: Final = PROFILES[-1]


@pytest.mark.parametrize("name", ["checkout", *(pytest.param(name, marks=pytest.mark.variant) for name in ("ticket", "console"))])
def test_nothing_jumps_on_a_slow_phone(page: Page, served: Product, admin: Admin, admin_client: httpx.Client, name: str) -> None:
    add_flight(admin_client, flight_number=new_number("AI"), departure_ts=noon_in(9), arrival_ts=noon_in(9, hours=2))
    with served.client() as client:
        places, traveller = prepared(client)
    [place] = [place for place in places if place.name == name]
    page.context.add_init_script(path=OBSERVE)
    sign_in(page.context, *((admin.username, admin.password) if place.who == "admin" else traveller))
    timing = opened(page.context, SLOW, place)
    assert timing.cls < MOST, timing.shifts
