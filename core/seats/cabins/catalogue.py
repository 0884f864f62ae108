"""The layouts of cabins, by name. The number in the name is the number of seats that can be sold.

To add one, add it here, with the rows and letters that the airline uses. `Cabin` refuses a layout that no aircraft can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.seats.cabins.layout import Cabin, CabinClass, Section

LONGEST_NAME: Final = 40
_NONE: Final[frozenset[str]] = frozenset()


def _economy(first: int, last: int, columns: str, *, exits: tuple[int, ...] = (), absent: frozenset[str] = _NONE) -> Section:
    return Section(CabinClass.ECONOMY, first, last, columns, absent, frozenset(exits))


def _business(last: int, columns: str) -> Section:
    return Section(CabinClass.BUSINESS, 1, last, columns)


_CABINS: Final = (
    Cabin("C208-9", "Cessna Caravan", (_economy(1, 3, "A CD", exits=(1,)),)),
    Cabin("AT72-72", "ATR 72-600", (_economy(1, 18, "AC DF", exits=(1,)),)),
    Cabin("DH8D-78", "De Havilland Dash 8-400", (_economy(1, 20, "AC DF", exits=(1,), absent=frozenset({"1A", "1C"})),)),
    Cabin("E190-100", "Embraer E190", (_economy(1, 25, "AC DF", exits=(12,)),)),
    Cabin("BCS3-145", "Airbus A220-300", (_economy(1, 29, "AC DEF", exits=(12,)),)),
    Cabin("A319-144", "Airbus A319", (_economy(1, 24, "ABC DEF", exits=(10,)),)),
    Cabin("A319-150", "Airbus A319", (_economy(1, 25, "ABC DEF", exits=(10,)),)),
    Cabin("A320-180", "Airbus A320", (_economy(1, 30, "ABC DEF", exits=(12, 13)),)),
    Cabin("A320-186", "Airbus A320neo", (_economy(1, 31, "ABC DEF", exits=(12, 13)),)),
    Cabin("B738-189", "Boeing 737-800", (_economy(1, 32, "ABC DEF", exits=(16, 17), absent=frozenset({"1D", "1E", "1F"})),)),
    Cabin("A321-222", "Airbus A321neo", (_economy(1, 37, "ABC DEF", exits=(11, 26)),)),
    Cabin("A321-232", "Airbus A321neo", (_economy(1, 39, "ABC DEF", exits=(11, 27)),), blocked=frozenset({"39E", "39F"})),
    Cabin(
        "B788-256",
        "Boeing 787-8",
        (
            _business(3, "AC DG HK"),
            _economy(11, 37, "ABC DEF GHJ", exits=(11, 24), absent=frozenset({"37C", "37D", "37E", "37F", "37G"})),
        ),
    ),
    Cabin(
        "A332-277",
        "Airbus A330-200",
        (
            _business(3, "AC DG HK"),
            _economy(11, 43, "AC DEFG HK", exits=(11, 27), absent=frozenset({"43A", "43C", "43F", "43H", "43K"})),
        ),
    ),
    Cabin("A333-296", "Airbus A330-300", (_business(4, "AC DG HK"), _economy(11, 44, "AC DEFG HK", exits=(11, 28)))),
    Cabin(
        "B789-316",
        "Boeing 787-9",
        (_business(5, "AC DG HK"), _economy(11, 42, "ABC DEF GHJ", exits=(11, 27), absent=frozenset({"42C", "42G"}))),
    ),
    Cabin(
        "B77W-354",
        "Boeing 777-300ER",
        (
            _business(7, "AC DG HK"),
            _economy(11, 45, "ABC DEF GHJ", exits=(11, 28, 40), absent=frozenset({"45C", "45E", "45G"})),
        ),
    ),
)
CABINS: Final[Mapping[str, Cabin]] = {cabin.name: cabin for cabin in _CABINS}


def find_cabin(written: str) -> Cabin | None:
    """The name of the layout, in the form in which it is stored; upper and lower case make no difference."""
    return CABINS.get(written.strip().upper()) if written.isascii() else None


def why_unknown(written: str) -> str:
    """The error message for an unknown name."""
    return f"No cabin is called {written!a}. The cabins are {', '.join(CABINS)}."


def why_mismatched(cabin: Cabin, total_seats: int) -> str:
    """The error message for a layout whose number of seats is not that of the flight."""
    return f"The cabin {cabin.name} has {cabin.size} seats, and the flight has {total_seats}: one of them is wrong."
