"""The data of a page are requested at once, together with the code of the app, and not one after the other."""

from __future__ import annotations

import re
from typing import Final

import httpx
import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.browser.conftest import Admin
from tests.e2e.browser.page_timings import Place, prepared, sign_in
from tests.support.flights import add_flight, new_number, noon_in
from tests.support.product import Product

APP: Final = "**/assets/index-*.js"
"""The code of the app: the largest file. The first script, the code of each page and the data have other names."""
NEEDED: Final = {
    "checkout": ("/assets/checkout-", "/api/v1/auth/refresh", "/api/v1/auth/me", "/api/v1/configuration", "/api/v1/flights/"),
    "ticket": ("/assets/booking-", "/api/v1/auth/refresh", "/api/v1/auth/me", "/api/v1/jobs/"),
    "console": ("/assets/operations-", "/api/v1/auth/refresh", "/api/v1/auth/me", "/admin/overview"),
}
"""How the addresses begin of what each page needs before it is drawn."""


@pytest.fixture
def places(served: Product, admin_client: httpx.Client) -> tuple[dict[str, Place], tuple[str, str]]:
    """The pages, and a traveller with a booking."""
    add_flight(admin_client, flight_number=new_number("AI"), departure_ts=noon_in(9), arrival_ts=noon_in(9, hours=2))
    with served.client() as client:
        found, traveller = prepared(client)
    return {place.name: place for place in found}, traveller


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_code_session_and_data_are_requested_before_the_app_is_loaded(
    page: Page, served: Product, admin: Admin, places: tuple[dict[str, Place], tuple[str, str]], name: str
) -> None:
    place, traveller = places[0][name], places[1]
    sign_in(page.context, *((admin.username, admin.password) if place.who == "admin" else traveller))
    asked: list[str] = []
    held: list[Route] = []
    page.on("request", lambda request: asked.append(_path(request, served)))
    page.route(APP, lambda route: held.append(route))
    page.goto(place.address, wait_until="commit")
    for needed in NEEDED[name]:
        _until_asked(page, asked, needed)
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_text(place.ready).or_(page.get_by_role("heading", name=place.ready)).first).to_be_visible()
    assert [asked.count(once) for once in ("/api/v1/auth/refresh", "/api/v1/auth/me")] == [1, 1]


def test_a_page_of_a_visitor_prefetches_its_data_and_nothing_of_an_account(
    page: Page, served: Product, places: tuple[dict[str, Place], tuple[str, str]]
) -> None:
    place = places[0]["checkout"]
    asked: list[str] = []
    held: list[Route] = []
    page.on("request", lambda request: asked.append(_path(request, served)))
    page.route(APP, lambda route: held.append(route))
    page.goto(place.address, wait_until="commit")
    _until_asked(page, asked, "/api/v1/flights/")
    held[0].continue_()
    expect(page.get_by_role("heading", name="Delhi to Mumbai")).to_be_visible()
    assert [path for path in asked if path.startswith("/api/v1/auth/")] == []
    assert [path for path in asked if "devanagari" in path] == [], "English needs no letters of Hindi"


def test_without_prefetched_responses_the_app_sends_the_requests_itself(
    page: Page, places: tuple[dict[str, Place], tuple[str, str]]
) -> None:
    place, traveller = places[0]["ticket"], places[1]
    sign_in(page.context, *traveller)
    tries: list[str] = []

    def fail_once(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/api/v1/auth/refresh$"), fail_once)
    page.goto(place.address)
    expect(page.get_by_text(place.ready).first).to_be_visible()
    assert len(tries) == 2


def test_a_sign_in_that_has_ended_meanwhile_leads_to_the_sign_in_page(
    page: Page, places: tuple[dict[str, Place], tuple[str, str]]
) -> None:
    place, traveller = places[0]["ticket"], places[1]
    sign_in(page.context, *traveller)
    page.context.clear_cookies()
    page.goto(place.address)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fbookings%2F"))


def _path(request: Request, served: Product) -> str:
    return request.url.removeprefix(served.base_url)


def _until_asked(page: Page, asked: list[str], begin: str) -> None:
    if not any(path.startswith(begin) for path in asked):
        page.wait_for_event("request", lambda request: begin in request.url)
