"""Record locators: six characters that a traveller can read out, with no look-alikes.

Unique by construction: a number from a Postgres sequence, shuffled within 30 bits by a fixed bijection. The sequence is asked
once per thousand, so a reference costs no round trip. It is not a secret: whoever looks one up must also know a surname.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.db import RawConnection

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 symbols: no 0/O, no 1/I."""
BLOCK: Final = 1_000
_MASK: Final = (1 << 30) - 1


def spell(number: int) -> str:
    """The reference of the `number`-th booking, 0 <= number < 2**30."""
    if not 0 <= number <= _MASK:
        raise ValueError(f"a reference has 30 bits, and {number} does not fit")
    # Each step is a bijection on 30 bits, so two numbers never share a reference. The first keeps 0 from being 222222.
    number ^= 0x1B873593
    number ^= number >> 15
    number = number * 0x2C1B3C6D & _MASK
    number ^= number >> 12
    number = number * 0x297A2D39 & _MASK
    number ^= number >> 15
    return "".join(ALPHABET[number >> shift & 31] for shift in (25, 20, 15, 10, 5, 0))


def reference_of_offer(turn: int) -> str:
    """The reference of the booking offered to the `turn`-th party that ever waited for a flight.

    A party gets one offer at most, so its turn is a number of its own; these count down from the end that the blocks never reach.
    """
    return spell(_MASK - turn)


class References:
    """Hands out references from blocks of numbers that belong to this process alone. Not thread-safe: one intake owns it."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = iter(())

    def take(self, connection: RawConnection, count: int) -> list[str]:
        """`count` references that nobody else has. Asks the sequence only when a block is used up."""
        taken: list[str] = []
        while len(taken) < count:
            number = next(self._numbers, None)
            if number is None:
                row = connection.execute("SELECT nextval('booking_reference_blocks')").fetchone()
                first = row[0] * BLOCK if row else 0
                self._numbers = iter(range(first, first + BLOCK))
                continue
            taken.append(spell(number))
        return taken
