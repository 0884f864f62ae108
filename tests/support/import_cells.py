"""The cells of a row as the reference reads them (`import_reference.py`): one plain function for each kind."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.places import registry

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Wrong(Exception):
    """A cell that breaks a rule; the first argument is the code."""


def required(cell: str) -> str:
    if not cell:
        raise Wrong("missing")
    return cell


def number(cell: str) -> str:
    number = required(cell).upper()
    plain = re.fullmatch(r"[A-Z0-9-]{2,16}", number)
    if not plain or number.startswith("-") or number.endswith("-"):
        raise Wrong("not_a_flight_number")
    return number


def place(cell: str) -> str:
    name = re.sub(r"^'(?=[=+@-])", "", required(cell))
    if not 2 <= len(name) <= 80 or any(letter in "<>{}" or ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        raise Wrong("not_a_place")
    return registry.tidy(name)


def time(cell: str, local: bool) -> datetime:
    """With a zone, or without one where that is allowed."""
    text = required(cell).upper()
    shaped = re.fullmatch(
        r"([12][0-9]{3})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
        text,
    )
    if not shaped:
        raise Wrong("not_a_time")
    year, month, day, hour, minute, second, fraction, zone = shaped.groups()
    if not zone and not local:
        raise Wrong("no_time_zone")
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0"))
        )
    except ValueError:
        raise Wrong("not_a_time") from None
    if zone:
        moment = datetime.fromisoformat(moment.isoformat() + ("+00:00" if zone == "Z" else zone))
    if not EARLIEST <= (moment if zone else moment.replace(tzinfo=UTC)) < LATEST:
        raise Wrong("out_of_range")
    return moment.astimezone(UTC) if zone else moment


def settled(moment: datetime, name: str) -> datetime:
    if moment.tzinfo:
        return moment
    place = registry.resolve(name)
    if place is None:
        raise Wrong("no_time_zone")
    zone = ZoneInfo(place.timezone)
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
    if -int(price.as_tuple().exponent) > 2:
        raise Wrong("too_many_decimals")
    if price > Decimal("99999999.99"):
        raise Wrong("out_of_range")
    return price


def currency(cell: str) -> str | None:
    if cell and not re.fullmatch("[A-Z]{3}", cell.upper()):
        raise Wrong("not_a_currency")
    return cell.upper() or None
