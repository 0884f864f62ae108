"""The columns of a CSV file. Each is one object with its name, its rules, and the messages for cells that break them.

`COLUMNS` at the end lists them; docs/architecture.md says how to add one. A column reads all cells of a chunk at once. This
module does not import pandas, because that takes a second and the API only needs the names: the worker passes a `Check`, which
uses pandas.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from core import money
from core.flights import numbers, rules, times
from core.flights.staging import NO_CABIN
from core.seats.cabins.catalogue import CABINS
from core.text.patterns import MISSING_CODES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from core.imports.csv.checks import Check, Mask

    Zones = npt.NDArray[np.object_]


_USUAL_NUMBER: Final = "[A-Za-z0-9-]*"
"""The form of a flight number that is already normalised, except for its case."""
_NO_NUMBER: Final = "Must be 2 to 16 letters, digits, hyphens and spaces, such as AI-202 or AI 202."
_NO_SEATS: Final = "Must be a whole number in plain digits, such as 180."
_NO_CURRENCY: Final = f"Must be the code of a currency in ISO 4217, such as {rules.DEFAULT_CURRENCY}, EUR or JPY, or empty."
_NO_CABIN: Final = f"Must be the name of a cabin, or {NO_CABIN}, or empty. The cabins are {', '.join(CABINS)}."


class Column(ABC):
    """`name`: in the header. `example`: for the template. `required`: a file without this column is refused."""

    name: str
    example: str
    required: ClassVar[bool] = True

    @abstractmethod
    def read(self, check: Check) -> pd.Series:
        """The values of the cells. The value of a cell with a fault is undefined."""


class FlightNumber(Column):
    name = "flight_number"
    example = "AI-202"

    def read(self, check: Check) -> pd.Series:
        written = check.clean("not_a_flight_number")
        unusual = ~written.str.fullmatch(_USUAL_NUMBER).to_numpy(dtype="bool")
        if unusual.any():
            written = written.copy()
            written[unusual] = written[unusual].map({text: numbers.tidy(text) for text in written[unusual].unique()})
        written = check.plain("not_a_flight_number", _NO_NUMBER, written).str.upper()
        check.require(~written.isin(MISSING_CODES), "missing", "Must not be empty, or a placeholder such as NULL or NaN.")
        check.require(written.str.fullmatch(rules.FLIGHT_NUMBER), "not_a_flight_number", _NO_NUMBER)
        return written


class PlaceName(Column):
    """What the name means depends on the other place of its row (`core/imports/csv/routes.py`)."""

    def __init__(self, name: str, example: str) -> None:
        self.name = name
        self.example = example

    def read(self, check: Check) -> pd.Series:
        return check.cells


def _plain(check: Check) -> tuple[pd.Series, pd.Series]:
    """Times in one form, and whether each of them has that form. Cells that are written in another form are converted one by one."""
    texts = check.plain(times.NOT_A_TIME, times.MESSAGES[times.NOT_A_TIME]).str.upper()
    is_plain = texts.str.fullmatch(times.PLAIN)
    odd = ~is_plain.to_numpy(dtype="bool")
    if odd.any():
        texts = texts.copy()
        forms = {text: times.to_plain(text) for text in texts[odd].unique()}
        texts[odd] = texts[odd].map(forms)
        is_plain = texts.str.fullmatch(times.PLAIN)
    return texts, is_plain


class Timestamp(Column):
    """A point in time, with its zone in the cell."""

    def __init__(self, name: str, example: str) -> None:
        self.name = name
        self.example = example

    def read(self, check: Check) -> pd.Series:
        texts, is_plain = _plain(check)
        check.require(is_plain, times.NOT_A_TIME, times.MESSAGES[times.NOT_A_TIME])
        self._require_zone(check, texts)
        timestamps = check.to_timestamps(texts)
        check.require(timestamps.notna(), times.NOT_A_TIME, times.NO_SUCH_DAY)
        check.require(
            timestamps.between(rules.EARLIEST, rules.LATEST, inclusive="left"),
            "out_of_range",
            f"Must be a time from {rules.EARLIEST.year} to {rules.LATEST.year - 1}.",
        )
        return timestamps

    def _require_zone(self, check: Check, texts: pd.Series) -> None:
        check.require(texts.str.contains(f"{times.ZONE}$"), times.NO_TIME_ZONE, times.MESSAGES[times.NO_TIME_ZONE])


class UtcTimestamp(Timestamp):
    """A point in time that is written in UTC where it has no zone."""

    def _require_zone(self, check: Check, texts: pd.Series) -> None:
        """A time without a zone is allowed here."""


class LocalTimestamp(UtcTimestamp):
    """A point in time that may be written as local time at the source (departure) or destination (arrival) of the row. It is read as
    UTC until the place of the row is known.
    """

    def convert_to_utc(self, check: Check, timestamps: pd.Series, zones: Zones, good: Mask) -> pd.Series:
        """Convert local times to UTC, after the places of the `good` rows are known. `zones`: IANA names, None for an unknown
        place.
        """
        from core.imports.csv import local_times  # imports pandas, which is not needed to name the columns

        texts, _ = _plain(check)
        without_zone = ~texts.str.contains(f"{times.ZONE}$")
        return local_times.convert_to_utc(check, timestamps, zones, without_zone.to_numpy(dtype="bool") & good)


class Seats(Column):
    name = "total_seats"
    example = "180"

    def read(self, check: Check) -> pd.Series:
        texts = check.plain("not_a_number", _NO_SEATS)
        check.require(texts.str.fullmatch("-?[0-9]+"), "not_a_number", _NO_SEATS)
        # The number of digits is checked on the text first, because a longer number cannot be converted.
        check.require(texts.str.fullmatch("0{0,8}[0-9]{1,4}"), "out_of_range", f"Must be a number from 1 to {rules.MAX_SEATS}.")
        seats = check.to_integers(texts)
        check.require(seats.between(1, rules.MAX_SEATS), "out_of_range", f"Must be a number from 1 to {rules.MAX_SEATS}.")
        return seats


class Price(Column):
    """An amount. It stays text until the database makes it a decimal, so it is never rounded by a float.

    The currency decides how many decimals are allowed (`core/imports/prices.py`).
    """

    name = "price"
    example = "7500.00"

    def read(self, check: Check) -> pd.Series:
        prices = check.plain("not_a_number", rules.NOT_A_PRICE)
        check.require(prices.str.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?"), "not_a_number", rules.NOT_A_PRICE)
        check.require(~prices.str.startswith("-"), "negative", "A price cannot be negative.")
        check.require(
            prices.str.fullmatch(rf"[0-9]+(?:\.[0-9]{{1,{money.MOST_PLACES}}}0*)?"),
            "too_many_decimals",
            f"Must have at most {money.MOST_PLACES} decimals, and no more than its currency has.",
        )
        check.require(
            prices.str.fullmatch(r"0{0,8}[0-9]{1,8}(?:\.[0-9]+)?"), "out_of_range", f"Must be at most {rules.MAX_PRICE}."
        )
        return prices


class Currency(Column):
    """A currency code. Empty: an existing flight keeps its currency, and a new flight gets the default."""

    name = "currency"
    example = rules.DEFAULT_CURRENCY
    required = False

    def read(self, check: Check) -> pd.Series:
        codes = check.plain("not_a_currency", _NO_CURRENCY).str.upper()
        check.require(codes.isin(money.CURRENCIES) | (codes == ""), "not_a_currency", _NO_CURRENCY)
        return codes.where(codes != "")


class CabinLayout(Column):
    """Empty: the flight keeps its cabin, and a new one has none. Whether it has as many seats as the flight is checked with the whole row."""

    name = "cabin"
    example = "A320-180"
    required = False

    def read(self, check: Check) -> pd.Series:
        names = check.plain("unknown_cabin", _NO_CABIN).str.upper()
        none = names == NO_CABIN.upper()
        check.require(names.isin(list(CABINS)) | none | (names == ""), "unknown_cabin", _NO_CABIN)
        return names.mask(none, NO_CABIN).where(names != "")


COLUMNS: Final[tuple[Column, ...]] = (
    FlightNumber(),
    PlaceName("source", "Delhi"),
    PlaceName("destination", "Mumbai"),
    Timestamp("departure_ts", "2026-12-25T10:00:00Z"),
    Timestamp("arrival_ts", "2026-12-25T12:00:00Z"),
    Seats(),
    Price(),
    Currency(),
    CabinLayout(),
)

BY_NAME: Final = {column.name: column for column in COLUMNS}
LOCAL_BY_NAME: Final = BY_NAME | {
    column.name: LocalTimestamp(column.name, column.example) for column in COLUMNS if isinstance(column, Timestamp)
}
"""The columns of a file whose times may be local."""
UTC_BY_NAME: Final = BY_NAME | {
    column.name: UtcTimestamp(column.name, column.example) for column in COLUMNS if isinstance(column, Timestamp)
}
"""The columns of a file whose times are in UTC where they have no zone."""
REQUIRED: Final = tuple(column.name for column in COLUMNS if column.required)
