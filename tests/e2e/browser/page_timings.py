"""How fast pages are, by the browser's own timing: `python -m tests.e2e.browser.page_timings [FILE]`.

The product is started for it on servers of its own, with the sample schedule. Each page is opened by a visitor whose browser has stored
nothing (cold), and once more by the same visitor (warm), on a desk and as on a slow phone. The figures are medians of `ROUNDS` rounds.
They are printed as a table and written to FILE as JSON.
"""

from __future__ import annotations

import json
import os
import platform
import re
import secrets
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal, TypeAlias

import httpx
from playwright.sync_api import Browser, BrowserContext, CDPSession, expect

from tests.e2e.browser.chromium import ROOT, find_chromium, launched
from tests.support.product import Product, running
from tests.support.server_folder import server_folder

FILE: Final = ROOT / ".cache" / "page-timings.json"
SIGNED_IN: Final = "skyqueue.signed-in"
"""Where the app remembers in the browser that somebody has signed in (`frontend/src/lib/http/prefetch.ts`)."""
ROUNDS: Final = 3
PATIENCE_MS: Final = 120_000
PASSWORD: Final = "a long walk in the rain"
Role: TypeAlias = Literal["button", "link", "radio"]
KINDS: Final = {"Document": "page", "Script": "scripts", "Stylesheet": "styles", "Font": "fonts", "Fetch": "data", "XHR": "data"}

OBSERVE: Final = Path(__file__).with_name("page_timings.js")
"""Runs in the page before its own scripts, and collects what the browser reports in `window.timings`."""


@dataclass(frozen=True)
class Profile:
    """A device and its network. `slow_down`: how many times slower its processor is. Rates in kilobit/s, the delay of a request in ms."""

    name: str
    window: tuple[int, int]
    slow_down: int = 1
    delay_ms: int = 0
    down: int = 0
    up: int = 0


PROFILES: Final = (
    Profile("desk", (1280, 900)),
    # What Lighthouse takes for a phone of the middle class on a slow 4G.
    Profile("phone, slow 4G", (390, 844), slow_down=4, delay_ms=150, down=1_600, up=750),
)


@dataclass(frozen=True)
class Place:
    """A page: who opens it where, how it looks when it is there, and what is pressed then."""

    name: str
    address: str
    ready: re.Pattern[str]
    press: tuple[Role, re.Pattern[str]]
    who: str | None = None


@dataclass(frozen=True)
class Timing:
    """Milliseconds since the page was asked for, except `cls` (a share without unit) and what counts bytes on the wire or requests.

    `inp` is the longest answer to the one press; an answer in less than 16 ms counts as 16.
    """

    ttfb: float
    fcp: float
    lcp: float
    cls: float
    tbt: float
    inp: float
    requests: int
    bytes: dict[str, int]
    shifts: list[dict[str, Any]]
    """What `cls` is the sum of: when, how much, and which elements moved from where to where (x, y, width, height in pixels)."""


class Network:
    """Counts the requests and bytes of one page until it is asked."""

    def __init__(self, devtools: CDPSession) -> None:
        self._kinds: dict[str, str] = {}
        self._bytes: Counter[str] = Counter()
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.loadingFinished", self._finished)
        devtools.send("Network.enable")

    def _answered(self, event: dict[str, Any]) -> None:
        if event["response"]["url"].startswith("http"):
            self._kinds[event["requestId"]] = KINDS.get(event["type"], "other")

    def _finished(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"])
        if kind is not None:
            self._bytes[kind] += int(event["encodedDataLength"])

    def counted(self) -> tuple[int, dict[str, int]]:
        return len(self._kinds), dict(sorted(self._bytes.items()))


def main(file: Path) -> None:
    with server_folder() as folder, running(Product(folder / "data")) as product, launched(find_chromium()) as browser:
        admin_account = product.runtime["admin"]
        accounts = {"admin": (admin_account["username"], Path(admin_account["password_file"]).read_text().strip())}
        with product.client() as client:
            places, accounts["traveller"] = prepared(client)
        rows: list[dict[str, Any]] = []
        for profile in PROFILES:
            for place in places:
                measured = [visited(browser, product.base_url, profile, place, accounts) for _ in range(ROUNDS)]
                for state, timings in zip(("cold", "warm"), zip(*measured, strict=True), strict=True):
                    rows.append({"profile": profile.name, "page": place.name, "state": state, **middle(list(timings))})
                    print(row_text(rows[-1]), flush=True)
        machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
        report = {
            "measured": datetime.now(UTC).isoformat(),
            "machine": machine,
            "browser": browser.version,
            "rounds": ROUNDS,
            "rows": rows,
        }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=1))
    print(f"\n{machine}, Chromium {report['browser']}, medians of {ROUNDS} rounds. All figures: {file}\n\n{table(rows)}")


def prepared(client: httpx.Client) -> tuple[list[Place], tuple[str, str]]:
    """A traveller with a booking, and the pages to look at."""
    name = f"asha-{secrets.token_hex(4)}@example.com"
    client.post("/api/v1/auth/register", json={"username": name, "password": PASSWORD}).raise_for_status()
    token = client.post("/api/v1/auth/token", data={"username": name, "password": PASSWORD}).raise_for_status().json()
    day = datetime.now(UTC).date() + timedelta(days=9)
    query: dict[str, str | int] = {"source": "Delhi", "destination": "Mumbai", "date": day.isoformat(), "limit": 1}
    flight = client.get("/api/v1/search", params=query).raise_for_status().json()[0]["id"]
    headers = {"Authorization": f"Bearer {token['access_token']}", "Prefer": "wait=10"}
    body = {"flight_id": flight, "seats": 2}
    booking = client.post("/api/v1/booking", json=body, headers=headers).raise_for_status().json()["booking_id"]
    return [
        Place("home", "/", re.compile("Where to next"), ("button", re.compile("Day of departure"))),
        Place("results", f"/?from=Delhi&to=Mumbai&date={day}", re.compile("results?$"), ("button", re.compile("^Filters"))),
        Place(
            "checkout", f"/flights/{flight}", re.compile("^If you cancel$"), ("radio", re.compile("^Hold the seats")), "traveller"
        ),
        Place(
            "ticket",
            f"/bookings/{booking}",
            re.compile("^You are booked$"),
            ("button", re.compile("^Cancel booking")),
            "traveller",
        ),
        Place("console", "/operations", re.compile("^Overview$"), ("link", re.compile("^Flights$")), "admin"),
    ], (name, PASSWORD)


def visited(
    browser: Browser, address: str, profile: Profile, place: Place, accounts: dict[str, tuple[str, str]]
) -> tuple[Timing, Timing]:
    """Opened by a new visitor, then opened again."""
    wide, high = profile.window
    context = browser.new_context(
        base_url=address, viewport={"width": wide, "height": high}, locale="en-IN", timezone_id="Asia/Kolkata"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(path=OBSERVE)
    try:
        if place.who:
            sign_in(context, *accounts[place.who])
        return opened(context, profile, place), opened(context, profile, place)
    finally:
        context.close()


def sign_in(context: BrowserContext, username: str, password: str) -> None:
    """By the cookie, and by the mark without which the app does not ask for it: no page is loaded for that."""
    response = context.request.post("/api/v1/auth/token", form={"username": username, "password": password})
    assert response.ok, response.text()
    context.add_init_script(f"localStorage['{SIGNED_IN}'] ??= '1'")


def opened(context: BrowserContext, profile: Profile, place: Place) -> Timing:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    network = Network(devtools)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": profile.slow_down})
    if profile.down:
        limits = {"downloadThroughput": profile.down * 125, "uploadThroughput": profile.up * 125, "latency": profile.delay_ms}
        devtools.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    page.goto(place.address)
    expect(page.get_by_text(place.ready).or_(page.get_by_role("heading", name=place.ready)).first).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.wait_for_function("() => window.timings.isQuiet()", polling=100)
    loaded = page.evaluate("window.timings.loaded()")
    requests, sizes = network.counted()
    role, name = place.press
    page.get_by_role(role, name=name).first.click()
    answered = page.evaluate("window.timings.answered()")
    page.close()
    return Timing(**loaded, inp=answered, requests=requests, bytes=sizes)


def middle(timings: list[Timing]) -> dict[str, Any]:
    """The median of each figure, and the shifts of the round that shifted most."""
    each = [asdict(timing) for timing in timings]
    kinds = sorted({kind for one in each for kind in one["bytes"]})
    figures: dict[str, Any] = {name: median(one[name] for one in each) for name in each[0] if name not in ("bytes", "shifts")}
    shifts = max(each, key=lambda one: one["cls"])["shifts"]
    return {**figures, "shifts": shifts, "bytes": {kind: median(one["bytes"].get(kind, 0) for one in each) for kind in kinds}}


HEAD: Final = ("Profile", "Page", "", "TTFB", "FCP", "LCP", "CLS", "TBT", "INP", "Requests", "kB: scripts, styles, fonts, data")


def row_cells(row: dict[str, Any]) -> list[str]:
    kilobytes = [f"{row['bytes'].get(kind, 0) / 1000:.0f}" for kind in ("scripts", "styles", "fonts", "data")]
    times = [f"{row[name]:.0f}" for name in ("ttfb", "fcp", "lcp")]
    rest = [f"{row['cls']:.3f}", f"{row['tbt']:.0f}", f"{row['inp']:.0f}", f"{row['requests']:.0f}", ", ".join(kilobytes)]
    return [row["profile"], row["page"], row["state"], *times, *rest]


def row_text(row: dict[str, Any]) -> str:
    return "  ".join(row_cells(row))


def table(rows: list[dict[str, Any]]) -> str:
    """In Markdown, as `frontend/README.md` has it."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
