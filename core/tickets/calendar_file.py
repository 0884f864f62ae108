"""The flights of a booking as a file for calendars (iCalendar, RFC 5545).

One event for each flight. Its `UID` never changes, and its `SEQUENCE` is the version of the flight, which grows with every change of it: a
calendar that has the event moves it instead of adding another one. Times are in UTC, which every calendar shows in the zone of its reader; the
times on the clocks of the two places are in the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from core.tickets.issue import Ticket, TicketSegment

MEDIA_TYPE: Final = "text/calendar"
LINE_BYTES: Final = 75
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_file(ticket: Ticket, versions: Mapping[UUID, int], *, at: datetime) -> bytes:
    """`versions`: flight -> its version. `at`: the present time."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Skyqueue//Bookings//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for position, segment in enumerate(ticket.segments):
        lines += _event(ticket, position, segment, versions.get(segment.flight_id, 0), at)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(ticket: Ticket, position: int, segment: TicketSegment, version: int, at: datetime) -> list[str]:
    source, destination = segment.source, segment.destination
    description = [
        f"Booking {ticket.reference}",
        f"Departs {source.day} {source.time}, {_named(source.name, source.code)}",
        f"Arrives {destination.day} {destination.time}, {_named(destination.name, destination.code)}",
        *(["Travellers: " + ", ".join(ticket.names)] if ticket.names else []),
    ]
    return [
        "BEGIN:VEVENT",
        f"UID:{ticket.booking_id}-{position}@skyqueue",
        f"DTSTAMP:{_utc(at)}",
        f"SEQUENCE:{version}",
        f"STATUS:{'CANCELLED' if segment.cancelled else 'CONFIRMED'}",
        f"DTSTART:{_utc(source.at)}",
        f"DTEND:{_utc(destination.at)}",
        f"SUMMARY:{_text(f'{segment.number} {source.code or source.name} to {destination.code or destination.name}')}",
        f"LOCATION:{_text(_named(source.name, source.code))}",
        f"DESCRIPTION:{_text(chr(10).join(description))}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def _named(name: str, code: str | None) -> str:
    return name if code is None or code == name else f"{name} ({code})"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    return value.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """One line of the file: no longer than 75 bytes, and no character is cut in two. Each further part begins with a space."""
    pieces, current = [], b""
    for character in line:
        encoded = character.encode()
        if len(current) + len(encoded) > LINE_BYTES:
            pieces.append(current)
            current = b" "
        current += encoded
    return b"\r\n".join([*pieces, current]) + b"\r\n"
