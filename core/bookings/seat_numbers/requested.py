"""The requested seat numbers of a booking, checked against the cabins of the flights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from core.errors import FieldError, Invalid
from core.seats.cabins.layout import Cabin, read_seat

BEST: Final = "best"
RequestedSeats: TypeAlias = tuple[tuple[str, ...], ...] | Literal["best"]
"""For each flight, in the order of travel, one seat for each traveller, in their order, or an empty tuple; or `best` for the best free
seats.
"""
_POINTER: Final = "/seat_numbers"


def read(written: Sequence[Sequence[str]] | Literal["best"]) -> RequestedSeats:
    """The seats in the form in which they are stored.

    Raises:
        Invalid: it names every text that is no seat number, and every seat that is there twice.
    """
    if isinstance(written, str):
        return BEST
    errors: list[FieldError] = []
    requested: list[tuple[str, ...]] = []
    for flight, numbers in enumerate(written):
        seats: list[str] = []
        for place, text in enumerate(numbers):
            seat = read_seat(text)
            if seat is None:
                errors.append(_error(flight, place, "bad_format", "A seat number is a row and a letter, such as 12A."))
            elif seat in seats:
                errors.append(_error(flight, place, "duplicate", f"Seat {seat} is there twice."))
            else:
                seats.append(seat)
        requested.append(tuple(seats))
    if errors:
        raise Invalid.fields(errors)
    return tuple(requested)


def find_fault(requested: RequestedSeats | None, cabins: Sequence[Cabin | None], seats: int) -> Invalid | None:
    """The error if these seats cannot be picked, even if all seats are free; None if they can. `cabins`: of the flights. `seats`: how many
    the booking has.
    """
    if requested is None:
        return None
    if requested == BEST:
        if any(cabins):
            return None
        return Invalid.field(_POINTER, "no_cabin", "The seats of these flights have no numbers.")
    if len(requested) != len(cabins):
        code = "too_short" if len(requested) < len(cabins) else "too_long"
        return Invalid.field(_POINTER, code, f"There must be one list for each flight: {len(cabins)}.")
    errors: list[FieldError] = []
    for flight, (numbers, cabin) in enumerate(zip(requested, cabins, strict=True)):
        if not numbers:
            continue
        if cabin is None:
            errors.append(_error(flight, None, "no_cabin", "The seats of this flight have no numbers: leave its list empty."))
        elif len(numbers) != seats:
            code = "too_short" if len(numbers) < seats else "too_long"
            errors.append(_error(flight, None, code, f"There must be one seat for each of the {seats} booked, or none."))
        else:
            reasons = ((place, cabin.why_not(seat)) for place, seat in enumerate(numbers))
            errors += [_error(flight, place, "no_such_seat", why) for place, why in reasons if why]
    return Invalid.fields(errors) if errors else None


def _error(flight: int, place: int | None, code: str, message: str) -> FieldError:
    pointer = f"{_POINTER}/{flight}" if place is None else f"{_POINTER}/{flight}/{place}"
    return {"pointer": pointer, "code": code, "message": message}
