"""A reference implementation of the import of flights: row by row, with csv, datetime and Decimal. It is slow and simple, and shares no code
with the importer except the registry of places.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from tests.support import import_cells
from tests.support.import_cells import Wrong

REQUIRED = ("flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "price")

Key = tuple[str, datetime]
Place = tuple[str, str | None]
"""A place as it is written, and its code."""
Error = tuple[int, str, str]
"""Line, column (empty for the whole row), code."""


@dataclass(frozen=True)
class Flight:
    source: Place
    destination: Place
    arrival: datetime
    total: int
    price: Decimal
    currency: str
    held: int = 0
    sold: int = 0
    cancelled: bool = False
    cabin: str | None = None
    version: int = 1

    @property
    def route(self) -> tuple[str, str]:
        (source, source_code), (destination, destination_code) = self.source, self.destination
        return source_code or source.lower(), destination_code or destination.lower()


@dataclass
class Result:
    """What became of a file."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("created", "updated", "skipped", "failed"), 0))
    errors: list[Error] = field(default_factory=list)


@dataclass
class Reference:
    """Flights, and what files make of them."""

    flights: dict[Key, Flight] = field(default_factory=dict)

    def take(self, data: bytes, *, create: bool = False, dry_run: bool = False, local: bool = False) -> Result:
        flights = dict(self.flights)
        result, seen = Result(), set[Key]()
        columns, delimiter, lines, number = _header(data)
        needed = max(place for place, name in enumerate(columns, start=1) if name in REQUIRED)
        for line, cells, code in _records(lines, delimiter, (needed, len(columns)), number):
            if code:
                errors = [(line, "", code)]
                outcome = "failed"
            else:
                row = {
                    name: _unguarded(cell.strip())
                    for name, cell in zip_longest(columns, cells, fillvalue="")
                    if not name.startswith("_")
                }
                if not any(row.values()):
                    continue
                outcome, found = _take_row(flights, seen, row, create=create, local=local)
                errors = [(line, column, code) for column, code in found]
            result.counts[outcome] += 1
            result.errors += errors
        if not dry_run:
            self.flights = flights
        result.errors.sort()
        return result


def _header(data: bytes) -> tuple[list[str], str, list[bytes], int]:
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    at = next(index for index, line in enumerate(lines) if line.strip())
    for delimiter in (",", ";", "\t"):
        names = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in lines[at].decode().split(delimiter)]
        if set(REQUIRED) <= set(names):
            return names, delimiter, lines[at + 1 :], at + 2
    raise AssertionError("a file without a header is refused at the upload")


def _records(lines: list[bytes], delimiter: str, width: tuple[int, int], number: int) -> list[tuple[int, list[str], str]]:
    """Line, cells, and what is wrong with the record as a whole."""
    found, at = [], 0
    while at < len(lines):
        cells, spanned, code = _record(lines, at, delimiter, width)
        if cells or code:
            found.append((number + at, cells, code))
        at += spanned
    return found


def _record(lines: list[bytes], at: int, delimiter: str, width: tuple[int, int]) -> tuple[list[str], int, str]:
    line = lines[at]
    for end in range(at + 1, len(lines) + 1):
        raw = b"\n".join(lines[at:end])
        for _ in range(2):
            raw = raw.removesuffix(b"\r")
        state = _scan(raw, delimiter)
        if state == "open":
            continue
        if state == "broken":
            break
        code = _flaw(raw, delimiter, width)
        if code and end > at + 1:
            break  # a record that is wrong takes no other line with it
        if code or not raw.strip(b" \t\r\n\v\f" + delimiter.encode()):
            return [], end - at, code
        return _parse(raw, delimiter)[: width[1]], end - at, ""
    if b"\0" in line:
        return [], 1, "nul_character"
    if state == "done" or line.count(b'"') % 2:
        return [], 1, "unclosed_quote"
    return [], 1, "stray_quote" if b'"' in line else "bare_carriage_return"


def _scan(raw: bytes, delimiter: str) -> str:
    """Letter by letter: `open` inside a quoted cell, `broken` where a quote or a carriage return stands where none may, else `done`."""
    mark, state = ord(delimiter), "start"
    for letter in raw:
        if state == "quoted":
            state = "closing" if letter == ord('"') else "quoted"
        elif state == "closing" and letter == ord('"'):
            state = "quoted"
        elif letter == mark:
            state = "start"
        elif state == "closing" or letter in b"\r\n" or (letter == ord('"') and state == "plain"):
            return "broken"
        else:
            state = "quoted" if letter == ord('"') else "plain"
    return "open" if state == "quoted" else "done"


def _flaw(raw: bytes, delimiter: str, width: tuple[int, int]) -> str:
    if not raw.strip(b" \t\r\n\v\f" + delimiter.encode()):
        return ""
    if b"\0" in raw:
        return "nul_character"
    try:
        cells = _parse(raw, delimiter)
    except UnicodeDecodeError:
        return "not_utf8"
    fewest, most = width
    return "" if len(cells) >= fewest and not any(cell.strip(" \t") for cell in cells[most:]) else "wrong_columns"


def _parse(raw: bytes, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=delimiter, strict=True))


def _unguarded(cell: str) -> str:
    """Without the apostrophe that we put before what a spreadsheet would change."""
    return re.sub(r"^'(?='*(?:[=+@-]|[0-9][0-9.,]*$))", "", cell)


def _take_row(
    flights: dict[Key, Flight], seen: set[Key], row: dict[str, str], *, create: bool, local: bool
) -> tuple[str, list[tuple[str, str]]]:
    """What becomes of the row, and its errors."""
    source, destination = import_cells.journey(row["source"], row["destination"])
    read: dict[str, Callable[[str], Any]] = {
        "flight_number": import_cells.number,
        "source": lambda _: import_cells.end(source),
        "destination": lambda _: import_cells.end(destination),
        "departure_ts": lambda cell: import_cells.time(cell, local),
        "arrival_ts": lambda cell: import_cells.time(cell, local),
        "total_seats": import_cells.seats,
        "price": import_cells.price,
        "currency": import_cells.currency,
        "cabin": import_cells.cabin,
    }
    values: dict[str, Any] = {"currency": None, "cabin": None}
    errors: list[tuple[str, str]] = []
    for name, cell in row.items():
        try:
            values[name] = read[name](cell)
        except Wrong as wrong:
            errors.append((name, str(wrong)))
    if errors:
        return "failed", errors
    for name, place in (("departure_ts", "source"), ("arrival_ts", "destination")):
        try:
            values[name] = import_cells.settled(values[name], values[place])
        except Wrong as wrong:
            errors.append((name, str(wrong)))
    if errors:
        return "failed", errors
    if source.key == destination.key:
        return "failed", [("destination", "same_place")]
    if values["currency"] and not _fits(values["price"], values["currency"]):
        return "failed", [("price", "too_many_decimals")]
    if values["cabin"] not in (None, "none") and import_cells.CABINS[values["cabin"]] != values["total_seats"]:
        return "failed", [("cabin", "cabin_mismatch")]
    if values["arrival_ts"] <= values["departure_ts"]:
        return "failed", [("arrival_ts", "arrives_before_departure")]
    if values["arrival_ts"] - values["departure_ts"] > timedelta(days=3):
        return "failed", [("arrival_ts", "arrives_too_late")]
    key = (values["flight_number"], values["departure_ts"])
    if key in seen:
        return "failed", [("flight_number", "duplicate_in_file")]
    seen.add(key)
    return _store(flights, key, values, create=create)


def _fits(price: Decimal, currency: str) -> bool:
    """Whether the price has no more decimals than its currency, and nobody can read it as thousands."""
    places = import_cells.PLACES[currency]
    may_be_thousands = places < 3 and 1 <= price < 1000 and price.as_tuple().exponent == -3
    return price == round(price, places) and not may_be_thousands


def _store(flights: dict[Key, Flight], key: Key, values: dict[str, Any], *, create: bool) -> tuple[str, list[tuple[str, str]]]:
    known = flights.get(key)
    fits = _fits(values["price"], values["currency"] or (known.currency if known else "INR"))
    if known is None and not fits:
        return "failed", [("price", "too_many_decimals")]
    if known is None:
        fresh = Flight(("", None), ("", None), key[1], 0, Decimal(0), "INR", version=0)
        flights[key] = _changed(fresh, values)
        return "created", []
    if create:
        return "failed", [("flight_number", "flight_exists")]
    changed = _changed(known, values)
    if replace(changed, version=known.version) == known:
        return "skipped", []
    if known.cancelled:
        return "failed", [("flight_number", "flight_cancelled")]
    if not fits:
        return "failed", [("price", "too_many_decimals")]
    if known.held + known.sold > changed.total:
        return "failed", [("total_seats", "capacity_below_sold")]
    if changed.cabin and import_cells.CABINS[changed.cabin] != changed.total:
        return "failed", [("total_seats", "cabin_mismatch")]
    if known.held + known.sold and known.route != changed.route:
        return "failed", [("", "flight_has_bookings")]
    flights[key] = changed
    return "updated", []


def _changed(flight: Flight, values: dict[str, Any]) -> Flight:
    new: dict[str, Any] = {
        "source": (values["source"].name, values["source"].code),
        "destination": (values["destination"].name, values["destination"].code),
        "arrival": values["arrival_ts"],
        "total": values["total_seats"],
        "price": values["price"],
        "currency": values["currency"] or flight.currency,
        "cabin": None if values["cabin"] == "none" else values["cabin"] or flight.cabin,
    }
    return replace(flight, **new, version=flight.version + 1)
