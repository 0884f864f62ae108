"""A cabin in the form for clients, which can draw it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from core.seats.cabins.layout import AISLE, Cabin, CabinClass, Section


class CabinRowView(msgspec.Struct, frozen=True, kw_only=True):
    """`seats`: one item for each column: the seat number, or null for an aisle or a missing seat."""

    number: int
    exit: bool
    seats: list[str | None]


class CabinSectionView(msgspec.Struct, frozen=True, kw_only=True):
    """`columns`: the letters from left to right, null for each aisle."""

    cabin_class: CabinClass
    columns: list[str | None]
    rows: list[CabinRowView]


class CabinView(msgspec.Struct, frozen=True, kw_only=True):
    """`blocked`: seats that exist and are never sold. `seats`: the number of seats that can be sold."""

    name: Annotated[str, Meta(examples=["A320-180"])]
    aircraft: Annotated[str, Meta(examples=["Airbus A320"])]
    seats: int
    sections: list[CabinSectionView]
    blocked: list[str]


def view_of(cabin: Cabin) -> CabinView:
    return CabinView(
        name=cabin.name,
        aircraft=cabin.aircraft,
        seats=cabin.size,
        sections=[_section(section) for section in cabin.sections],
        blocked=sorted(cabin.blocked),
    )


def _section(section: Section) -> CabinSectionView:
    columns = [None if letter == AISLE else letter for letter in section.columns]
    rows = []
    for number in section.rows:
        built = set(section.seats_of(number))
        seats = [seat if letter and (seat := f"{number}{letter}") in built else None for letter in columns]
        rows.append(CabinRowView(number=number, exit=number in section.exits, seats=seats))
    return CabinSectionView(cabin_class=section.cabin_class, columns=columns, rows=rows)
