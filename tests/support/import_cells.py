"""Read the cells of a row for the reference import (`import_reference.py`): one plain function for each kind."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.places.route import End, read

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


PLACES = {"INR": 2, "USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
"""Decimals of the currencies in the files of tests."""


class Wrong(Exception):
    """A cell that breaks a rule; the first argument is the code."""


def required(cell: str) -> str:
    if not cell:
        raise Wrong("missing")
    return cell


def number(cell: str) -> str:
    """Without what may be written in several ways."""
    number = required(cell).upper()
    plain = re.fullmatch(r"[A-Z0-9 -]{2,16}", number)
    if number in {"NULL", "NONE", "NAN", "NA", "NIL"}:
        raise Wrong("missing")
    if not plain or number.startswith("-") or number.endswith("-"):
        raise Wrong("not_a_flight_number")
    airline = re.match(r"[A-Z]{2,3}(?=[ -]*[0-9]+[A-Z]?$)|(?:[A-Z][0-9]|[0-9][A-Z])(?=[ -]*[0-9]+[A-Z]?$)", number)
    return airline[0] + number[airline.end() :].lstrip(" -").lstrip("0").rjust(1, "0") if airline else number


def journey(source: str, destination: str) -> tuple[End, End]:
    return read(source, destination)


def end(end: End) -> End:
    if end.fault is not None:
        raise Wrong(end.fault.code)
    return end


def time(cell: str, local: bool) -> datetime:
    """With a zone, or without one where that is allowed."""
    text = required(cell).upper()
    shaped = re.fullmatch(
        r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,18}))?)?"
        r" ?(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?",
        text,
    )
    if not shaped or text.endswith(" "):
        raise Wrong("not_a_time")
    year, month, day, hour, minute, second, fraction, zone = shaped.groups()
    if zone and zone[0] in "+-":
        zone = f"{zone[:3]}:{zone[3:].removeprefix(':') or '00'}"
        if int(zone[1:3]) > 14 or int(zone[4:]) > 59:
            raise Wrong("not_a_time")
    if not 1900 <= int(year) < 2200:
        raise Wrong("not_a_time")
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0"))
        )
    except ValueError:
        raise Wrong("not_a_time") from None
    if not zone and not local:
        raise Wrong("no_time_zone")
    if zone:
        moment = datetime.fromisoformat(moment.isoformat() + (zone if zone[0] in "+-" else "+00:00"))
    if not EARLIEST <= (moment if zone else moment.replace(tzinfo=UTC)) < LATEST:
        raise Wrong("out_of_range")
    return moment.astimezone(UTC) if zone else moment


def settled(moment: datetime, end: End) -> datetime:
    if moment.tzinfo:
        return moment
    if end.place is None:
        raise Wrong("no_time_zone")
    zone = ZoneInfo(end.place.timezone)
    first, second = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    if first != second:
        raise Wrong("nonexistent_time" if first < second else "ambiguous_time")
    settled = moment.replace(tzinfo=zone).astimezone(UTC)
    if not EARLIEST <= settled < LATEST:
        raise Wrong("out_of_range")
    return settled


def seats(cell: str) -> int:
    if not re.fullmatch("-?[0-9]+", required(cell)):
        raise Wrong("not_a_number")
    if not 1 <= int(cell) <= 1000:
        raise Wrong("out_of_range")
    return int(cell)


def price(cell: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", required(cell)):
        raise Wrong("not_a_number")
    price = Decimal(cell)
    if cell.startswith("-"):
        raise Wrong("negative")
    if price != round(price, 3):
        raise Wrong("too_many_decimals")
    if price > Decimal("99999999.99"):
        raise Wrong("out_of_range")
    return price


def currency(cell: str) -> str | None:
    if cell and cell.upper() not in PLACES:
        raise Wrong("not_a_currency")
    return cell.upper() or None


CABINS = {"A320-180": 180, "C208-9": 9}
"""Cabins in the files of tests, and their seats."""


def cabin(cell: str) -> str | None:
    if cell and cell.upper() not in {*CABINS, "NONE"}:
        raise Wrong("unknown_cabin")
    return "none" if cell.upper() == "NONE" else cell.upper() or None
