"""The passenger list of a flight: as JSON, as a CSV file, and as a page to print for the gate."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from html import escape
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.contract.headers import ATTACHMENT, CACHE_CONTROL
from api.http.authentication import requires_admin
from api.services import Services
from core.bookings.reading import staff_lookup
from core.bookings.reading.staff_lookup import PassengerOnBoard
from core.clock import now
from core.flights import queries as flights
from core.flights.errors import FlightNotFound
from core.flights.views import FlightView
from core.imports.csv.spreadsheet import harmless

COLUMNS: Final = ("reference", "status", "seat", "name", "date_of_birth", "contact", "seat_number")
PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE: Final = """
  body { font: 11pt/1.35 system-ui, sans-serif; margin: 1.5cm; color: #000; background: #fff }
  h1 { font-size: 16pt; margin: 0 } p { margin: .3em 0 1em }
  table { border-collapse: collapse; width: 100% } thead { display: table-header-group } tr { break-inside: avoid }
  th, td { text-align: left; padding: .25em .6em .25em 0; border-bottom: 1px solid #999 } td { font-variant-numeric: tabular-nums }
  .box { width: 1.2em } .box::before { content: "\\2610" } .nobody { color: #555; font-style: italic }
  @media print { body { margin: 0 } }
"""


class PassengerList(msgspec.Struct, frozen=True):
    """`seats`: the number of held and sold seats. `named`: how many of them have a named passenger."""

    flight: FlightView
    seats: int
    named: int
    data: list[PassengerOnBoard]


class PassengerListController(Controller):
    path = "/admin/flights/{flight_id:uuid}"
    tags = ("flights",)
    guards = (requires_admin,)

    @get(
        "/passengers",
        operation_id="listPassengers",
        summary="List the passengers of a flight",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def passengers(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> PassengerList:
        """One entry for each held or sold seat, in the order of references. `name` is null for a seat without a named passenger."""
        return _read(services, flight_id)

    @get(
        "/passengers.csv",
        operation_id="downloadPassengers",
        summary="Download the passengers of a flight as CSV",
        response_headers=ATTACHMENT,
        media_type="text/csv",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def passengers_csv(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[bytes]:
        """One row for each held or sold seat, in the order of references. The name is empty for a seat without a named passenger."""
        found = _read(services, flight_id)
        headers = {"content-disposition": f'attachment; filename="passengers-{flight_id}.csv"', "cache-control": "no-store"}
        return Response(_csv(found.data), media_type="text/csv", headers=headers)

    @get(
        "/passengers.html",
        operation_id="printPassengers",
        summary="Print the passengers of a flight",
        response_headers=(CACHE_CONTROL,),
        media_type="text/html",
        sync_to_thread=True,
        opt={"errors": (FlightNotFound,)},
    )
    def passengers_page(self, flight_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[str]:
        """A page in the order of names, with a box to tick for each seat. Times are local times of the airports."""
        headers = {"cache-control": "no-store", "content-security-policy": PAGE_POLICY}
        return Response(_page(_read(services, flight_id)), media_type="text/html", headers=headers)


def _read(services: Services, flight_id: UUID) -> PassengerList:
    with services.db.snapshot() as connection:
        flight = flights.get_flight(connection, flight_id)
        on_board = staff_lookup.list_on_board(connection, flight_id)
    return PassengerList(flight, len(on_board), sum(each.name is not None for each in on_board), on_board)


def _csv(on_board: list[PassengerOnBoard]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in on_board:
        born = each.date_of_birth.isoformat() if each.date_of_birth else ""
        about = (each.name or "", born, each.contact or "", each.seat_number or "")
        cells = (each.reference, each.status, str(each.position), *about)
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _page(found: PassengerList) -> str:
    flight = found.flight
    title = escape(f"{flight.flight_number} {flight.source} to {flight.destination}")
    departure = _local(flight.departure_ts, flight.source_timezone)
    arrival = _local(flight.arrival_ts, flight.destination_timezone)
    rows = "\n".join(map(_row, sorted(found.data, key=lambda each: (each.name is None, (each.name or "").casefold()))))
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}: travellers</title><style>{_STYLE}</style></head>
<body>
<h1>{title}</h1>
<p>Departs {departure}, arrives {arrival}. {found.seats} of {flight.total_seats} seats are taken, {found.named} travellers are named.
As of {_local(now(), None)}.</p>
<table>
<thead><tr><th></th><th>Name</th><th>Date of birth</th><th>Seat</th><th>Booking</th><th>Place in it</th><th>Status</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def _row(each: PassengerOnBoard) -> str:
    name = f"<bdi>{escape(each.name)}</bdi>" if each.name else '<span class="nobody">nobody named yet</span>'
    born = each.date_of_birth.isoformat() if each.date_of_birth else ""
    cells = "".join(
        f"<td>{cell}</td>"
        for cell in (name, born, escape(each.seat_number or ""), escape(each.reference), each.position, escape(each.status))
    )
    return f'<tr><td class="box"></td>{cells}</tr>'


def _local(at: datetime, timezone: str | None) -> str:
    """The local time at the airport; in UTC if its time zone is not known."""
    return f"{at.astimezone(ZoneInfo(timezone or 'UTC')):%d %B %Y, %H:%M %Z}"
