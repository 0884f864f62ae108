"""Find the best free seats for a party: together in one row, and if possible without leaving a single free seat between taken ones.

A seat is left alone when it is free and has no free neighbour in its row. The seat on the other side of an aisle counts as a neighbour
for this. For the party itself, seats without an aisle in between are better.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from core.seats.cabins.layout import AISLE, Cabin, CabinClass, Section

_CLASSES: Final = (CabinClass.ECONOMY, CabinClass.BUSINESS)
"""The classes in the order in which their seats are used. Travellers who want a better class have to pick a seat."""
_Score: TypeAlias = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """`blocks`: seat -> number of its block between two aisles. `at_exit`: seats at an emergency exit, where not everybody may sit."""

    number: int
    seats: tuple[str, ...]
    blocks: tuple[int, ...]
    at_exit: bool


def find_best(cabin: Cabin, taken: Collection[str], party: int) -> list[str] | None:
    """The best `party` free seats, in the order of rows and letters; None if fewer are free.

    A party that does not fit into one row is divided into as few parts as possible, in adjacent rows. If possible, no part has a single
    traveller.
    """
    free = cabin.seats - set(taken)
    if len(free) < party:
        return None
    chosen: list[str] = []
    near: int | None = None
    while party:
        part = _largest_part(cabin, free, party, near)
        chosen += part
        free -= set(part)
        party -= len(part)
        near = _row_of(part[0])
    return sorted(chosen, key=_place)


def _largest_part(cabin: Cabin, free: Collection[str], party: int, near: int | None) -> list[str]:
    """The best seats in one row for as many travellers of the party as fit, without leaving a single traveller for another row."""
    sizes = [party, *(size for size in range(party - 2, 1, -1)), party - 1, 1]
    for size in (size for size in sizes if size > 0):
        for cabin_class in _CLASSES:
            found = min(_windows(cabin, cabin_class, free, size, near), default=None)
            if found is not None:
                return list(found[1])
    raise AssertionError("as many seats as the party are free")


def _windows(
    cabin: Cabin, cabin_class: CabinClass, free: Collection[str], size: int, near: int | None
) -> Iterator[tuple[_Score, tuple[str, ...]]]:
    """Every group of `size` neighbouring free seats of one class, with its score; smaller is better."""
    for row in _rows(cabin, cabin_class):
        open_seats = [seat in free for seat in row.seats]
        if sum(open_seats) < size:
            continue
        before = _alone(open_seats)
        distance = row.number if near is None else abs(row.number - near)
        for start in range(len(row.seats) - size + 1):
            if not all(open_seats[start : start + size]):
                continue
            left = [*open_seats[:start], *[False] * size, *open_seats[start + size :]]
            aisles = row.blocks[start + size - 1] - row.blocks[start]
            alone_in_block = _alone_in_blocks(left, row.blocks)
            yield (
                (_alone(left) - before, aisles, alone_in_block, int(row.at_exit), distance),
                row.seats[start : start + size],
            )


def _alone(open_seats: list[bool]) -> int:
    """Free seats without a free neighbour."""
    ends = [False, *open_seats, False]
    return sum(ends[at] and not ends[at - 1] and not ends[at + 1] for at in range(1, len(ends) - 1))


def _alone_in_blocks(open_seats: list[bool], blocks: tuple[int, ...]) -> int:
    """Free seats without a free neighbour on the same side of the aisles."""
    return sum(
        _alone([is_open for is_open, of in zip(open_seats, blocks, strict=True) if of == block])
        for block in range(blocks[-1] + 1)
    )


@lru_cache(maxsize=64)
def _rows(cabin: Cabin, cabin_class: CabinClass) -> tuple[_Row, ...]:
    return tuple(row for section in cabin.sections if section.cabin_class is cabin_class for row in _rows_of(section))


def _rows_of(section: Section) -> Iterator[_Row]:
    for number in section.rows:
        placed = [
            (f"{number}{letter}", section.columns[:at].count(AISLE))
            for at, letter in enumerate(section.columns)
            if letter != AISLE
        ]
        built = [(seat, block) for seat, block in placed if seat not in section.absent]
        yield _Row(number, tuple(seat for seat, _ in built), tuple(block for _, block in built), number in section.exits)


def _row_of(seat: str) -> int:
    return int(seat[:-1])


def _place(seat: str) -> tuple[int, str]:
    return _row_of(seat), seat[-1]
