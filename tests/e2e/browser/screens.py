"""Take screenshots of every page of the app, on a phone, a tablet and a desktop, in light and dark mode: `python -m
tests.e2e.browser.screens [FOLDER]`.

The product is started for them on servers of its own, with the sample schedule, and is stopped afterwards. The main pages of a
traveller are taken in German and Hindi too. Those that the README shows are in `FOLDER/readme`, small enough to be kept in `docs/images`.
"""

from __future__ import annotations

import io
import itertools
import re
import secrets
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.chromium import find_chromium, launched
from tests.e2e.browser.console_pages import CONSOLE
from tests.e2e.browser.page_timings import PASSWORD, prepared, sign_in
from tests.e2e.browser.screenshots import WIDTHS, Screenshots, visitor
from tests.support.product import Product, running
from tests.support.server_folder import server_folder

FOLDER: Final = Path(__file__).parents[1] / "screenshots" / "screens"
SCHEMES: Final = ("light", "dark")
LANGUAGES: Final = ("de", "hi")
CHOSEN_LANGUAGE: Final = "skyqueue.language"
"""Where the app remembers in the browser which language was chosen (`frontend/src/lib/language.ts`)."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with server_folder() as place, running(Product(place / "data")) as product, launched(find_chromium()) as browser:
        credentials = product.runtime["admin"]
        admin = (credentials["username"], Path(credentials["password_file"]).read_text().strip())
        for width in WIDTHS:
            for scheme in SCHEMES:
                take_all(browser, product.base_url, folder, width, scheme, admin)
        with product.client() as client:
            take_translated(browser, client, folder)
        take_for_readme(browser, product.base_url, folder / "readme")
    print(f"{len(list(folder.glob('*.png')))} pictures are in {folder}")


def take_all(browser: Browser, address: str, folder: Path, width: str, scheme: str, admin: tuple[str, str]) -> None:
    """A visitor's screens, a traveller's, and an administrator's."""
    wide, high = WIDTHS[width]
    day = datetime.now(UTC).date() + timedelta(days=9)
    for story in (visit, travel, manage):
        context = visitor(browser, address, wide, high, scheme)
        story(Screenshots(context.new_page(), folder, f"{width}-{scheme}"), day, admin)
        context.close()


def visit(screenshots: Screenshots, day: date, _: tuple[str, str]) -> None:
    page = screenshots.page
    page.goto("/")
    expect(page.get_by_role("button", name="Delhi")).to_be_visible()
    screenshots.take("01-home")
    page.get_by_role("combobox", name="From").fill("del")
    expect(page.get_by_role("option", name="Mumbai")).to_be_hidden()
    expect(page.get_by_role("option", name="Delhi")).to_be_visible()
    screenshots.take("02-suggestions")
    page.goto(f"/?from=Delhi&to=London&date={day}&seats=2")
    expect(page.get_by_text(re.compile("results$"))).to_be_visible()
    screenshots.take("03-results")
    page.get_by_role("button", name="Filters").click()
    screenshots.take("04-filters")
    if page.get_by_role("button", name=re.compile("^Show [0-9]+ flights")).is_visible():
        page.get_by_role("button", name=re.compile("^Show [0-9]+ flights")).click()
    if page.get_by_role("button", name="Change").is_visible():
        page.get_by_role("button", name="Change").click()
        screenshots.take("05-search-sheet")
    page.get_by_role("button", name="Day of departure").click()
    expect(page.get_by_role("dialog", name="Day of departure").get_by_role("table")).to_be_visible()
    screenshots.take("06-calendar")
    page.goto(f"/?from=Delhi&to=Mumbai&date={day}&back={day + timedelta(days=4)}&seats=2")
    page.get_by_role("link", name=re.compile("^Choose")).first.click()
    expect(page.get_by_role("heading", name="Flight 2 of 2")).to_be_visible()
    screenshots.take("07-return")
    page.goto("/?from=Dehli&to=Mumbai&date=2026-12-01")
    expect(page.get_by_role("heading", name=re.compile("mean"))).to_be_visible()
    screenshots.take("08-misspelt")
    page.goto("/sign-in")
    screenshots.take("09-sign-in")
    page.goto("/nowhere")
    screenshots.take("10-not-found")
    page.goto("/find-booking")
    page.get_by_label("Booking reference").fill("K7M2QX")
    page.get_by_label("Surname").fill("Rao")
    page.get_by_role("button", name="Find booking").click()
    expect(page.get_by_role("alert")).to_be_visible()
    screenshots.take("21-find-booking")


def travel(screenshots: Screenshots, day: date, _: tuple[str, str]) -> None:
    page = screenshots.page
    page.goto(f"/?from=Delhi&to=Mumbai&date={day}&seats=2")
    page.get_by_role("link", name=re.compile("^Choose")).first.click()
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    screenshots.take("11-register")
    page.get_by_role("button", name="Create account").click()
    name_travellers(page)
    screenshots.take("12-checkout")
    pick_seats(page)
    screenshots.take("13-seats")
    page.get_by_role("radio", name="Hold the seats, pay later").check()
    page.get_by_role("button", name="Hold 2 seats").click()
    expect(page.get_by_role("heading", name="Your seats are held")).to_be_visible()
    screenshots.take("14-held")
    booking = page.url
    page.goto("/bookings")
    expect(page.get_by_role("heading", name="Needs your action")).to_be_visible()
    screenshots.take("15-my-trips")
    page.goto("/")
    expect(page.get_by_role("link", name="Pay now")).to_be_visible()
    screenshots.take("24-notice")
    page.goto(booking)
    page.get_by_role("radio", name="A card that the bank refuses").check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", name="The card was declined")).to_be_visible()
    screenshots.take("16-declined")
    page.get_by_role("radio", name="A card that works", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.get_by_text("How it was processed").click()
    expect(page.get_by_role("link", name="Messages")).to_be_visible()
    screenshots.take("17-booked")
    find(screenshots, booking)
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("dialog").get_by_text("You get back")).to_be_visible()
    screenshots.take("18-cancelling")
    page.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    expect(page.get_by_role("heading", name="Booking cancelled")).to_be_visible()
    screenshots.take("19-cancelled")
    page.goto("/messages")
    page.get_by_text("Your booking is cancelled").first.click()
    screenshots.take("22-messages")
    page.goto("/account")
    expect(page.get_by_role("textbox", name="E-mail address")).to_be_visible()
    screenshots.take("23-account")


def name_travellers(page: Page) -> None:
    for number, name in ((1, "Asha Rao"), (2, "Ravi Rao")):
        page.get_by_role("group", name=f"Traveller {number}").get_by_role("textbox", name="Full name").fill(name)


def pick_seats(page: Page) -> None:
    page.get_by_role("button", name="Choose seats").first.click()
    page.get_by_role("button", name="Take the best seats together").first.click()
    expect(page.get_by_role("button", name=re.compile("yours, Ravi Rao")).first).to_be_visible()


def find(screenshots: Screenshots, booking: str) -> None:
    """What who has no account sees of this booking."""
    page = screenshots.page
    title = page.title()
    page.goto("/find-booking")
    page.get_by_label("Booking reference").fill(title.removeprefix("Booking ")[:6])
    page.get_by_label("Surname").fill("Rao")
    page.get_by_role("button", name="Find booking").click()
    expect(page.get_by_role("region", name=re.compile("^Booking"))).to_be_visible()
    screenshots.take("25-found-booking")
    page.goto(booking)


def manage(screenshots: Screenshots, _: date, admin: tuple[str, str]) -> None:
    page = screenshots.page
    page.goto("/operations/imports")
    page.get_by_label("Username").fill(admin[0])
    page.get_by_label("Password", exact=True).fill(admin[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()
    screenshots.take("20-manage")
    for number, (address, title) in enumerate(CONSOLE.items(), start=30):
        page.goto(f"/operations{address}")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        screenshots.take(f"{number}-{title.lower().replace(' ', '-')}")
    for number, (address, what) in enumerate((("/flights", "flight"), ("/bookings", "booking")), start=50):
        page.goto(f"/operations{address}")
        page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_role("link", name=re.compile("^All "))).to_be_visible()
        screenshots.take(f"{number}-{what}", follows_events=True)


def take_translated(browser: Browser, client: httpx.Client, folder: Path) -> None:
    """The main pages of a traveller in German and in Hindi, on a phone and on a desk, by day."""
    places, traveller = prepared(client)
    pages = {place.name: place.address for place in places if place.who != "admin"} | {
        "my-trips": "/bookings",
        "account": "/account",
    }
    for language, width in itertools.product(LANGUAGES, ("desk", "phone")):
        wide, high = WIDTHS[width]
        context = visitor(browser, str(client.base_url), wide, high, "light")
        context.add_init_script(f"localStorage['{CHOSEN_LANGUAGE}'] ??= '{language}'")
        sign_in(context, *traveller)
        screenshots = Screenshots(context.new_page(), folder, f"{language}-{width}-light")
        for number, (name, address) in enumerate(pages.items(), start=60):
            screenshots.page.goto(address)
            expect(screenshots.page.locator("html")).to_have_attribute("lang", language)
            expect(screenshots.page.get_by_role("heading", level=1)).to_be_visible()
            screenshots.take(f"{number}-{name}")
        context.close()


README_WIDE: Final = (1120, 760)
README_NARROW: Final = (390, 760)


def take_for_readme(browser: Browser, address: str, folder: Path) -> None:
    """The list of results on a desk and on a phone, the checkout, and a ticket by night."""
    folder.mkdir(exist_ok=True)
    day = datetime.now(UTC).date() + timedelta(days=9)
    results = f"/?from=Delhi&to=London&date={day}&seats=2"
    for name, (wide, high) in (("results", README_WIDE), ("results-phone", README_NARROW)):
        context = visitor(browser, address, wide, high, "light")
        page = context.new_page()
        page.goto(results)
        expect(page.get_by_text(re.compile("results$"))).to_be_visible()
        keep(page, folder / f"{name}.webp")
        context.close()

    context = visitor(browser, address, *README_WIDE, "light")
    page = context.new_page()
    page.goto(results)
    page.get_by_role("link", name=re.compile("^Choose")).first.click()
    page.get_by_role("link", name="Sign in to book").click()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Username").fill(f"asha-{secrets.token_hex(4)}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    name_travellers(page)
    pick_seats(page)
    page.get_by_role("region", name=re.compile("^Seats on")).evaluate("seats => seats.scrollIntoView()")
    keep(page, folder / "checkout.webp")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    keep(page, folder / "ticket-dark.webp")
    context.close()


def keep(page: Page, path: Path) -> None:
    """A picture of what the window shows, about 30 kB."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    Image.open(io.BytesIO(page.screenshot(animations="disabled"))).save(path, quality=80, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
