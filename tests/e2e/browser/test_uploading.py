"""How an administrator uploads a schedule, in a real browser on the real servers."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.browser.conftest import Admin

HEADER: Final = ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price")
DAY: Final = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=5)

AIRLINES: Final = map("".join, product("ABCDEFGHJK", repeat=2))


def schedule(rows: int, *, wrong_price_in_row: int) -> tuple[str, str]:
    """A file of flights that nobody has seen before, and the number of its first flight."""
    prefix, first = next(AIRLINES), 1000
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for row in range(1, rows + 1):
        departure = DAY + timedelta(minutes=row)
        arrival = departure + timedelta(minutes=95)
        price = "-1" if row == wrong_price_in_row else "3200.00"
        times = [time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in (departure, arrival)]
        writer.writerow([f"{prefix}-{first + row}", "Pune", "Kochi", *times, 120, price])
    return text.getvalue(), f"{prefix}-{first + 1}"


def with_price(text: str, price: str) -> str:
    """The file with this price in every row."""
    rows = list(csv.DictReader(StringIO(text)))
    corrected = StringIO()
    writer = csv.DictWriter(corrected, rows[0])
    writer.writeheader()
    writer.writerows(row | {"price": price} for row in rows)
    return corrected.getvalue()


def sign_in(page: Page, admin: Admin) -> None:
    page.goto("/operations/imports")
    page.get_by_label("Username").fill(admin.username)
    page.get_by_label("Password", exact=True).fill(admin.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Upload a schedule")).to_be_visible()


def test_a_schedule_is_checked_uploaded_corrected_and_found_in_search(page: Page, admin: Admin, tmp_path: Path) -> None:
    text, first = schedule(400, wrong_price_in_row=17)
    sign_in(page, admin)
    chosen = page.get_by_label("CSV file")
    chosen.set_input_files({"name": "schedule.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Checked, and nothing changed")).to_be_visible()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    report = page.get_by_role("region", name="Import")
    expect(report).to_contain_text("400 of 400 rows")
    expect(report.get_by_role("definition").first).to_have_text("399")
    expect(report.get_by_role("region", name="Faults by cause")).to_contain_text("“-1” line 18")
    expect(report.get_by_role("row").filter(has_text="18price-1")).to_have_count(1)

    with page.expect_download() as saved:
        report.get_by_role("button", name="Download these rows").click()
    to_fix = tmp_path / "rows-to-fix.csv"
    saved.value.save_as(to_fix)
    corrected = with_price(to_fix.read_text(), "3100.00")
    chosen.set_input_files({"name": "corrected.csv", "mimeType": "text/csv", "buffer": corrected.encode()})
    page.get_by_label("Only check it").uncheck()
    page.get_by_role("button", name="Upload").click()
    expect(report).to_contain_text("1 of 1 rows")
    expect(report.get_by_role("definition").first).to_have_text("1")

    page.goto(f"/?from=Pune&to=Kochi&date={DAY:%Y-%m-%d}")
    expect(page.get_by_role("listitem").filter(has_text=first)).to_be_visible()


def test_a_file_with_a_wrong_header_is_refused_with_a_hint(page: Page, admin: Admin) -> None:
    text, _ = schedule(1, wrong_price_in_row=0)
    sign_in(page, admin)
    wrong = text.replace("destination", "destinaton", 1).encode()
    page.get_by_label("CSV file").set_input_files({"name": "wrong.csv", "mimeType": "text/csv", "buffer": wrong})
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("The file was not accepted.")
    expect(page.get_by_role("main")).to_contain_text("destination")
