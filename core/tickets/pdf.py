"""The e-ticket as a page to print: A4, one page for up to six flights and nine travellers.

`reportlab`, the fonts and the QR code are loaded on first use, about 0.3 s: nobody should wait for them when a process starts.
"""

from __future__ import annotations

import io
from typing import Final

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from core.tickets import lettering
from core.tickets.airlines import find_airline
from core.tickets.issue import Place, Ticket, TicketSegment
from core.tickets.itineraries import headings
from core.tickets.lettering import BOLD, HEADING, TEXT

MEDIA_TYPE: Final = "application/pdf"

_NIGHT: Final = HexColor("#10233f")
_SOFT: Final = HexColor("#5d6b83")
_LINE: Final = HexColor("#c9c2b2")
_PAPER: Final = HexColor("#f6f4ee")
_AMBER: Final = HexColor("#ffb83d")
_WHITE: Final = HexColor("#ffffff")
_BAD: Final = HexColor("#a92419")

_WIDTH, _HEIGHT = A4
_MARGIN: Final = 40.0
_HEAD: Final = 92.0
_CODE: Final = 132.0
"""The edge of the QR code: with its 41 modules, each has 1.1 mm, which any scanner reads from paper."""
_LEG: Final = 82.0
"""The height of one flight. Six flights fit on the page."""


def pdf(ticket: Ticket) -> bytes:
    """The bytes of the PDF. They are always the same for the same ticket."""
    lettering.load()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang="en")
    canvas.setTitle(f"E-ticket {ticket.reference}")
    canvas.setAuthor("Skyqueue")
    canvas.setSubject(
        " · ".join(f"{segment.number} {segment.source.name} to {segment.destination.name}" for segment in ticket.segments)
    )
    _head(canvas, ticket)
    top = _HEIGHT - _HEAD - 24
    _code(canvas, ticket, _WIDTH - _MARGIN - _CODE, top - _CODE)
    _people(canvas, ticket, top)
    below = top - _CODE - 38
    for segment, heading in zip(ticket.segments, headings(ticket.segments), strict=True):
        below = _segment(canvas, segment, heading, below)
    _foot(canvas, ticket)
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas, ticket: Ticket) -> None:
    canvas.setFillColor(_NIGHT)
    canvas.rect(0, _HEIGHT - _HEAD, _WIDTH, _HEAD, stroke=0, fill=1)
    canvas.setFillColor(_AMBER)
    canvas.rect(0, _HEIGHT - _HEAD - 4, _WIDTH, 4, stroke=0, fill=1)
    _write(canvas, _MARGIN, _HEIGHT - 44, "Skyqueue", HEADING, 24, _WHITE)
    _write(canvas, _MARGIN, _HEIGHT - 66, "E-ticket", TEXT, 12, _WHITE)
    right = _WIDTH - _MARGIN
    canvas.setFillColor(_WHITE)
    canvas.setFont(TEXT, 9)
    canvas.drawRightString(right, _HEIGHT - 34, "Booking reference")
    canvas.setFillColor(_AMBER)
    canvas.setFont(HEADING, 28)
    canvas.drawRightString(right, _HEIGHT - 64, ticket.reference, charSpace=2)


def _code(canvas: Canvas, ticket: Ticket, x: float, y: float) -> None:
    rows = segno.make_qr(ticket.code, error="m", boost_error=False).matrix
    module = _CODE / len(rows)
    path = canvas.beginPath()
    for row, dots in enumerate(rows):
        for column, dark in enumerate(dots):
            if dark:
                path.rect(x + column * module, y + _CODE - (row + 1) * module, module, module)
    canvas.setFillColor(_NIGHT)
    canvas.drawPath(path, stroke=0, fill=1)
    _write(canvas, x, y - 13, "Show this code at check-in and at the gate.", TEXT, 6.3, _SOFT)


def _people(canvas: Canvas, ticket: Ticket, top: float) -> None:
    seats = f"{ticket.seats} {'seat' if ticket.seats == 1 else 'seats'}"
    _write(canvas, _MARGIN, top - 14, "Travellers", HEADING, 15, _NIGHT)
    y = top - 36
    canvas.setFillColor(_NIGHT)
    for number, name in enumerate(ticket.names, start=1):
        # From the sixth traveller on a second column is used. A booking has nine at most.
        column, row = divmod(number - 1, 5)
        x = _MARGIN + column * 185
        _write(canvas, x, y - row * 19, str(number), BOLD, 9, _SOFT)
        canvas.setFillColor(_NIGHT)
        lettering.draw(canvas, x + 16, y - row * 19, _shortened(name), 11, f"Traveller {number}: name in the app")
    if not ticket.names:
        _write(canvas, _MARGIN, y, f"{seats}. Name the travellers in the app before you leave.", TEXT, 10.5, _NIGHT)
    _write(canvas, _MARGIN, top - _CODE, f"{seats} · {ticket.currency} {_grouped(ticket.total)}", TEXT, 10, _SOFT)


def _grouped(amount: str) -> str:
    """The amount with commas between the thousands."""
    whole, _, rest = amount.partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def _shortened(name: str) -> str:
    most = 30
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _segment(canvas: Canvas, segment: TicketSegment, heading: str, top: float) -> float:
    """Draw one flight below `top`. `heading`: the title of its itinerary. Returns the top of the next flight."""
    left, right = _MARGIN, _WIDTH - _MARGIN
    canvas.setFillColor(_PAPER)
    canvas.setStrokeColor(_LINE)
    canvas.setLineWidth(0.6)
    canvas.roundRect(left, top - _LEG + 10, right - left, _LEG - 10, 8, stroke=1, fill=1)
    _write(canvas, left + 16, top - 13, heading, BOLD, 8, _SOFT)
    _write(canvas, left + 16, top - 26, segment.number, BOLD, 11, _NIGHT)
    beside = left + 22 + pdfmetrics.stringWidth(segment.number, BOLD, 11)
    _write(canvas, beside, top - 26, find_airline(segment.number) or "", TEXT, 8.5, _SOFT)
    _write(canvas, left + 16, top - 39, segment.source.day, TEXT, 9, _SOFT)
    if segment.cancelled:
        _write(canvas, left + 16, top - 55, "Cancelled by the airline", BOLD, 8.5, _BAD)
    else:
        for line, seats in enumerate(_seat_lines(segment)):
            _write(canvas, left + 16, top - 53 - 11 * line, seats, BOLD, 9, _NIGHT)
    _end(canvas, segment.source, left + 150, top, 0)
    _end(canvas, segment.destination, left + 370, top, segment.days_later)
    middle, start, end = top - 30, left + 258, left + 352
    canvas.setStrokeColor(_SOFT)
    canvas.setLineWidth(1)
    canvas.setDash(1, 3)
    canvas.line(start, middle, end, middle)
    canvas.setDash()
    canvas.setFillColor(_AMBER)
    canvas.circle(end, middle, 3, stroke=0, fill=1)
    hours, minutes = divmod(segment.minutes, 60)
    canvas.setFillColor(_SOFT)
    canvas.setFont(TEXT, 8.5)
    canvas.drawCentredString((start + end) / 2, middle + 6, f"{hours} h {minutes:02} min" if hours else f"{minutes} min")
    return top - _LEG


def _seat_lines(segment: TicketSegment) -> list[str]:
    """The seats in the order of the travellers: one line for up to five of them, two for nine."""
    if not segment.seat_numbers:
        return []
    word = "Seat" if len(segment.seat_numbers) == 1 else "Seats"
    first, second = segment.seat_numbers[:5], segment.seat_numbers[5:]
    return [f"{word} {' '.join(first)}", *([" ".join(second)] if second else [])]


def _end(canvas: Canvas, place: Place, x: float, top: float, days_later: int) -> None:
    _write(canvas, x, top - 30, place.time, HEADING, 19, _NIGHT)
    if days_later:
        width = pdfmetrics.stringWidth(place.time, HEADING, 19)
        _write(canvas, x + width + 2, top - 22, f"{days_later:+d}", BOLD, 8, _SOFT)
    lines = [place.code, place.name] if place.code and place.code != place.name else [place.name]
    for line, text in enumerate(lines):
        canvas.setFillColor(_NIGHT if line == 0 else _SOFT)
        lettering.draw(canvas, x, top - 45 - 12 * line, _shortened(text), 9.5 if line == 0 else 8.5, place.code or "")


def _foot(canvas: Canvas, ticket: Ticket) -> None:
    canvas.setStrokeColor(_LINE)
    canvas.setLineWidth(0.6)
    canvas.line(_MARGIN, 62, _WIDTH - _MARGIN, 62)
    notes = (
        "All times are those on the clocks of the airport. Bring a passport or an identity card with the names above.",
        "Flights may be moved: the app always shows the times that count, and takes care of changes and cancellation.",
        f"Issued on {ticket.issued_at.day} {ticket.issued_at:%b %Y}. The code is signed: staff check it, and nobody can forge it.",
    )
    for line, text in enumerate(notes):
        _write(canvas, _MARGIN, 47 - 12 * line, text, TEXT, 8, _SOFT)


def _write(canvas: Canvas, x: float, y: float, text: str, font: str, size: float, color: Color) -> None:
    canvas.setFillColor(color)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)
