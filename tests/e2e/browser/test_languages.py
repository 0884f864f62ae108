"""The pages of travellers in German and Hindi: every text is translated, and changing the language loses no input."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser.accessibility import faults, overhang, wait_for_fonts
from tests.e2e.browser.chromium import FRONTEND
from tests.support.flights import new_number

INDIA: Final = ZoneInfo("Asia/Kolkata")
TOMORROW: Final = datetime.now(INDIA).date() + timedelta(days=1)
LOCALES: Final = FRONTEND / "src" / "locales"
NARROWEST: Final = 320


def translations(language: str) -> dict[str, str]:
    """The English texts without values, and what they are in `language` (`de`, `hi`)."""
    return dict(re.findall(r'^msgid "([^"{<]+)"\nmsgstr "(.+)"$', (LOCALES / f"{language}.po").read_text(), re.MULTILINE))


def untranslated(language: str) -> set[str]:
    """The English texts that `language` writes otherwise: none of them may stand on a page in it."""
    known = translations(language)
    return set(known) - set(known.values())


def texts(page: Page) -> set[str]:
    """Everything that the page says, also to who does not see it."""
    found: list[str] = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) found.push(walker.currentNode.data);
            for (const name of ['aria-label', 'placeholder', 'title'])
                for (const node of document.querySelectorAll(`[${name}]`)) found.push(node.getAttribute(name));
            return found.map((text) => text.trim());
        }"""
    )
    return set(found)


def expect_language(page: Page, language: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert texts(page) & untranslated(language) == set()
    assert overhang(page) <= 0


def expect_centred(button: Locator) -> None:
    """The text of a button stands in its middle, whether it is a button or a link."""
    outer, inner = button.bounding_box(), button.locator("span").last.bounding_box()
    assert outer
    assert inner
    assert abs(outer["y"] + outer["height"] / 2 - inner["y"] - inner["height"] / 2) < 2


def choose(page: Page, name: str) -> None:
    page.get_by_role("contentinfo").get_by_role("combobox").select_option(label=name)


@pytest.fixture
def flight(admin_client: httpx.Client) -> dict[str, Any]:
    """Tomorrow, from Hyderabad to Pune at 06:20, with five seats."""
    return new_flight(admin_client, TOMORROW)


@pytest.fixture
def later_flight(admin_client: httpx.Client) -> dict[str, Any]:
    """The same a day later: more than 24 hours and less than 7 days from now at any hour, so that a cancellation costs a quarter."""
    return new_flight(admin_client, TOMORROW + timedelta(days=1))


def new_flight(admin_client: httpx.Client, day: date) -> dict[str, Any]:
    departure = datetime.combine(day, time(6, 20), INDIA)
    body = {
        "flight_number": new_number("AI"),
        "source": "Hyderabad",
        "destination": "Pune",
        "departure_ts": departure.astimezone(UTC).isoformat(),
        "arrival_ts": (departure + timedelta(minutes=75)).astimezone(UTC).isoformat(),
        "total_seats": 5,
        "price": "5450.00",
    }
    created: dict[str, Any] = admin_client.post("/admin/flights", json=body).raise_for_status().json()
    return created


def test_a_party_books_in_german_and_changes_to_hindi(page: Page, flight: dict[str, Any]) -> None:
    page.emulate_media(reduced_motion="reduce")
    size = page.viewport_size
    assert size
    if size["width"] < 1000:
        page.set_viewport_size({"width": NARROWEST, "height": size["height"]})

    page.goto("/")
    expect(page.get_by_role("heading", name="Where to next?")).to_be_visible()
    assert len(texts(page) & untranslated("de")) > 10
    page.get_by_role("combobox", name="From").fill("Hyderabad")
    choose(page, "Deutsch")
    expect(page.get_by_role("heading", name="Wohin geht es als Nächstes?")).to_be_visible()
    expect(page.get_by_role("combobox", name="Von")).to_have_value("Hyderabad")
    expect_language(page, "de")

    page.get_by_role("combobox", name="Nach").fill("Pune")
    page.get_by_role("option", name="Pune").click()
    page.get_by_role("group", name="Sitzplätze").get_by_role("button", name="Ein Sitzplatz mehr").click()
    page.get_by_role("button", name="Suchen").click()
    row = page.get_by_role("listitem").filter(has_text=flight["flight_number"])
    expect(row).to_contain_text("Nur noch 5 frei")
    expect(row).to_contain_text("10.900")
    expect_language(page, "de")
    if size["width"] < 1000:
        wait_for_fonts(page)
        line = page.get_by_role("button", name="Ändern").get_by_text("2 Sitzplätze")
        assert line.evaluate("line => line.scrollWidth - line.clientWidth") <= 0, "it is not cut"

    row.get_by_role("link", name=re.compile("wählen")).click()
    page.get_by_role("link", name="Zum Buchen anmelden").click()
    page.get_by_role("link", name="Konto anlegen").click()
    expect(page.get_by_role("heading", name="Konto anlegen")).to_be_visible()
    page.get_by_label("Benutzername").fill(f"asha-{secrets.token_hex(4)}")
    page.get_by_label("Passwort", exact=True).fill("a long walk in the rain")
    expect_language(page, "de")
    page.get_by_role("button", name="Konto anlegen").click()

    page.get_by_role("textbox", name="Vollständiger Name").first.fill("Asha Rao")
    expect(page.get_by_role("heading", name="Wenn Sie stornieren")).to_be_visible()
    expect_language(page, "de")
    choose(page, "हिन्दी")
    expect(page.get_by_role("textbox", name="पूरा नाम").first).to_have_value("Asha Rao")
    expect(page.locator("html")).to_have_attribute("lang", "hi")
    assert faults(page) == []
    assert overhang(page) <= 0
    choose(page, "Deutsch")
    page.get_by_role("radio", name="Ohne Zahlung buchen").check()
    page.get_by_role("button", name="2 Sitzplätze buchen").click()

    expect(page.get_by_role("heading", name="Ihre Buchung ist bestätigt")).to_be_visible()
    expect(page.get_by_role("region", name="Ihr Ticket")).to_contain_text("Asha Rao")
    expect_language(page, "de")
    assert faults(page) == []
    page.reload()
    expect(page.get_by_role("heading", name="Ihre Buchung ist bestätigt")).to_be_visible()
    page.get_by_role("button", name="Buchung stornieren").click()
    page.get_by_role("dialog").get_by_role("button", name="Buchung stornieren").click()
    expect(page.get_by_role("heading", name="Buchung storniert")).to_be_in_viewport()
    expect(page.get_by_role("main")).to_be_focused()
    expect_centred(page.get_by_role("link", name="Andere Flüge an diesem Tag"))
    expect_language(page, "de")


@pytest.mark.parametrize("language", ["hi", pytest.param("de", marks=pytest.mark.variant)])
def test_a_card_is_refused_and_another_one_pays_in_every_language(
    page: Page, later_flight: dict[str, Any], language: str
) -> None:
    say = translations(language)
    page.goto(f"/flights/{later_flight['id']}?seats=1")
    choose(page, {"de": "Deutsch", "hi": "हिन्दी"}[language])
    page.get_by_role("link", name=say["Sign in to book"]).click()
    expect_language(page, language)
    page.get_by_role("link", name=say["Create an account"]).click()
    expect(page.get_by_role("heading", name=say["Create an account"])).to_be_visible()
    page.get_by_label(say["Username"]).fill(f"asha-{secrets.token_hex(4)}")
    page.get_by_label(say["Password"], exact=True).fill("a long walk in the rain")
    page.get_by_role("button", name=say["Create account"]).click()

    page.get_by_role("textbox", name=say["Full name"]).fill("Asha Rao")
    page.get_by_role("radio", name=say["A card that the bank refuses"]).check()
    expect_language(page, language)
    pay = page.get_by_role("button", name=re.compile(r"5[.,]450"))
    pay.click()
    expect(page.get_by_text(say["The bank refused the card."]).first).to_be_visible()
    expect_language(page, language)
    assert faults(page) == []
    page.get_by_role("link", name=say["Try another card"]).click()
    expect(page.get_by_role("textbox", name=say["Full name"])).to_have_value("Asha Rao")
    page.get_by_role("radio", name=say["A card that works"], exact=True).check()
    pay.click()

    expect(page.get_by_role("heading", name=say["You are booked"])).to_be_visible()
    expect(page.get_by_role("region", name=say["Your ticket"])).to_contain_text("Asha Rao")
    expect_language(page, language)
    page.get_by_role("button", name=say["Cancel booking"]).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"4[.,]087"))
    expect_language(page, language)
    dialog.get_by_role("button", name=say["Cancel booking"]).click()
    expect(page.get_by_role("heading", name=say["Booking cancelled"])).to_be_visible()
    expect_language(page, language)


def test_without_the_catalogue_the_page_is_english(page: Page) -> None:
    catalogue = re.compile(r"/assets/de-[^/]*\.js$")
    page.add_init_script("localStorage['skyqueue.language'] ??= 'de'")
    page.route(catalogue, lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("heading", name="Where to next?")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("alert")).to_have_count(0)
    select = page.get_by_role("contentinfo").get_by_role("combobox", name="Language")
    expect(select).to_have_value("en")
    page.unroute(catalogue)
    page.reload()
    expect(page.get_by_role("heading", name="Wohin geht es als Nächstes?")).to_be_visible()
