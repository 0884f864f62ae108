"""A ticket: its signed code, its page, and its calendar file."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b32decode, urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from reportlab.pdfgen.canvas import Canvas

from core.tickets import lettering
from core.tickets.airlines import NAMES, find_airline
from core.tickets.calendar_file import LINE_BYTES, calendar_file
from core.tickets.issue import Place, Ticket, TicketSegment
from core.tickets.itineraries import headings
from core.tickets.pdf import pdf
from core.tickets.signature import NotGenuine, TicketSigner

BOOKING: Final = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
FLIGHT: Final = UUID("01890a5d-ac96-774b-bcce-b302099a8058")
SIGNER: Final = TicketSigner("a secret of this installation that is long enough")
CODE: Final = SIGNER.sign(BOOKING, "K7M2QX")
AT: Final = datetime(2026, 11, 30, 8, tzinfo=UTC)


def ticket(*names: str, segments: int = 1, seat_numbers: tuple[str, ...] = ()) -> Ticket:
    source = Place("Delhi", "DEL", datetime(2026, 12, 4, 18, 30, tzinfo=UTC).astimezone(ZoneInfo("Asia/Kolkata")), True)
    destination = Place("Nowhere, far away", None, datetime(2026, 12, 4, 21, 0, tzinfo=UTC), False)
    segment = TicketSegment(FLIGHT, "AI-202", source, destination, cancelled=False, seat_numbers=seat_numbers)
    return Ticket(BOOKING, "K7M2QX", max(1, len(names)), "15000.00", "INR", names, (segment,) * segments, AT, CODE)


def test_the_seats_stand_on_the_page() -> None:
    nine = tuple(f"{row}C" for row in range(11, 20))
    for seats in (("12A",), ("12A", "12B"), nine):
        names = ["Asha Rao"] * len(seats)
        page = pdf(ticket(*names, segments=6, seat_numbers=seats))
        assert page.count(b"/Type /Page\n") == 1
        assert page != pdf(ticket(*names, segments=6))


def flown(*stops: tuple[str, int], day: int = 24) -> tuple[TicketSegment, ...]:
    """From each stop to the next one; the number is when it is left, in units of `day` hours."""
    start = datetime(2026, 12, 4, 6, tzinfo=UTC)
    return tuple(
        TicketSegment(
            FLIGHT,
            "AI-202",
            Place(source, None, start + timedelta(hours=day * at), True),
            Place(destination, None, start + timedelta(hours=day * at + 2), True),
            cancelled=False,
            seat_numbers=(),
        )
        for (source, at), (destination, _) in pairwise(stops)
    )


@pytest.mark.parametrize(
    ("segments", "above"),
    [
        (flown(("Delhi", 0), ("Mumbai", 0)), [""]),
        (flown(("Delhi", 0), ("Mumbai", 1), ("Goa", 0), day=6), ["", ""]),
        (flown(("Delhi", 0), ("Mumbai", 3), ("Delhi", 0)), ["Outbound", "Return"]),
        (flown(("Delhi", 0), ("Mumbai", 1), ("Goa", 9), ("Delhi", 0), day=6), ["Outbound", "Outbound", "Return"]),
        (flown(("Delhi", 0), ("Mumbai", 1), ("Delhi", 0), day=6), ["Outbound", "Return"]),
        (flown(("Delhi", 0), ("Mumbai", 3), ("Goa", 6), ("Delhi", 0)), [f"Flight {number} of 3" for number in (1, 2, 3)]),
    ],
)
def test_the_flights_of_a_booking_with_a_stay_have_headings(segments: tuple[TicketSegment, ...], above: list[str]) -> None:
    assert headings(segments) == above


def test_headings_and_airlines_stand_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    draw = Canvas.drawString

    def note(canvas: Canvas, x: float, y: float, text: str, *more: Any, **named: Any) -> None:
        written.append(text)
        draw(canvas, x, y, text, *more, **named)

    monkeypatch.setattr(Canvas, "drawString", note)
    pdf(replace(ticket("Asha Rao"), segments=flown(("Delhi", 0), ("Mumbai", 3), ("Delhi", 0))))
    assert {"Outbound", "Return"} <= set(written)
    assert written.count("Air India") == 2


def test_the_app_and_the_tickets_name_the_same_airlines() -> None:
    table = (Path(__file__).parents[2] / "frontend/src/lib/airlines.ts").read_text()
    assert dict(re.findall(r"^  '?(\w{2})'?: '(.+)',$", table, re.MULTILINE)) == NAMES
    assert [find_airline(number) for number in ("AI-202", "6E51", "ZZ-7", "Charter")] == ["Air India", "IndiGo", None, None]


def test_a_code_names_its_booking_however_a_scanner_writes_it() -> None:
    assert len(CODE) == 140
    for code in (CODE, CODE.lower(), f" {CODE}\n"):
        assert (SIGNER.read(code).booking_id, SIGNER.read(code).reference) == (BOOKING, "K7M2QX")


def test_a_code_is_checked_with_the_public_key_alone() -> None:
    head, _, tail = CODE.rpartition(".")
    named = b32decode(tail)
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(SIGNER.public_key + "="))
    key.verify(named[16:], f"{head}.".encode() + named[:16])


@pytest.mark.parametrize(
    "code",
    [
        "",
        "K7M2QX",
        CODE[:-1],
        CODE.replace("K7M2QX", "K7M2QY"),
        CODE[:12] + ("A" if CODE[12] != "A" else "B") + CODE[13:],
        CODE[:-1] + ("A" if CODE[-1] != "A" else "B"),
        TicketSigner("the secret of another installation, long enough").sign(BOOKING, "K7M2QX"),
    ],
)
def test_a_code_that_we_did_not_sign_is_none(code: str) -> None:
    with pytest.raises(NotGenuine):
        SIGNER.read(code)


def test_the_page_is_one_page_and_always_the_same() -> None:
    page = pdf(ticket("Asha Rao", "Łukasz de la Cruz"))
    assert page.startswith(b"%PDF-")
    assert page.count(b"/Type /Page\n") == 1
    assert page == pdf(ticket("Asha Rao", "Łukasz de la Cruz"))
    assert pdf(ticket(*["Asha Rao"] * 9, segments=6)).count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("name", ["Łukasz Nguyễn", "Ольга Петрова", "Γιώργος", "Ọ̀ṣun Adé"])
def test_latin_greek_and_cyrillic_names_are_text(name: str) -> None:
    assert lettering.can_write(name)


@pytest.mark.parametrize(
    "name",
    [
        "क्षत्रिय राव",
        "محمد علي",
        "தமிழ் கொடி",
        "ยิ่งลักษณ์",
        "שרה כהן",
        "শ্রী বন্দ্যোপাধ্যায়",
        "ნინო",
        "Արամ",
        "తెలుగు",
        "王小明",
        "山田 たろう",
        "サトウ・ハナコー",
        "김철수",
        "王小明 Wang Xiaoming",
    ],
)
def test_names_of_other_scripts_are_drawn_and_not_replaced(name: str) -> None:
    assert drawn(name) not in (drawn("𠀋"), drawn("?"), drawn(name[:-1]))


def test_a_name_without_a_font_is_replaced_by_a_note() -> None:
    assert lettering._find_font("𠀋") is None
    assert drawn("𠀋") == drawn("𡈽") == drawn("𠀋 Wang")


def drawn(name: str) -> bytes:
    """What the page with this one traveller says to draw."""
    page = pdf(ticket(name))
    begin = page.index(b"stream\n", page.index(b"/ASCII85Decode")) + len(b"stream\n")
    return page[begin : page.index(b"endstream", begin)]


def test_the_calendar_has_an_event_for_each_flight_in_utc() -> None:
    text = calendar_file(ticket("Asha; Rao, née Sen", segments=2), {FLIGHT: 3}, at=AT).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith("UID:")] == [f"UID:{BOOKING}-0@skyqueue", f"UID:{BOOKING}-1@skyqueue"]
    assert lines.count("DTSTART:20261204T183000Z") == lines.count("SEQUENCE:3") == 2
    description = next(line for line in lines if line.startswith("DESCRIPTION:"))
    assert "Departs Sat 5 Dec 2026 00:00\\, Delhi (DEL)" in description
    assert "Arrives Fri 4 Dec 2026 21:00 UTC\\, Nowhere\\, far away" in description
    assert "Asha\\; Rao\\, née Sen" in description


def test_lines_of_the_calendar_are_folded_between_characters() -> None:
    lines = calendar_file(ticket("ยิ่งลักษณ์ " * 9), {}, at=AT).split(b"\r\n")
    assert max(map(len, lines)) <= LINE_BYTES
    assert all(line.decode() is not None for line in lines)
    assert any(line.startswith(b" ") for line in lines)


def test_an_api_process_starts_without_what_draws_tickets() -> None:
    ask = "import api.app, sys; print(sorted({'reportlab', 'segno', 'uharfbuzz', 'PIL'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip() == "[]"
