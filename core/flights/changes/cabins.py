"""Another cabin for a flight whose travellers have picked seats: those that are in both cabins stay theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from core.db import RawConnection
from core.seats.cabins.catalogue import CABINS

SEATS_PICKED: Final = "seats_picked"
"""The code of a change that would take away seats that are picked."""
_NAMED: Final = 10
"""Seats that the words of a refusal name."""


def find_lost_seats(connection: RawConnection, cabins: Mapping[UUID, str | None], *, lock: bool) -> dict[UUID, list[str]]:
    """Seats that are picked and that the new cabin does not have: flight -> seats. `cabins`: flight -> name of its new cabin.

    `lock`: wait for bookings of these flights that are being accepted, and let no other one come in between.
    """
    if not cabins:
        return {}
    if lock:
        connection.execute("SELECT FROM flights WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (list(cabins),))
    picked = connection.execute(
        "SELECT flight_id, array_agg(seat_number ORDER BY seat_number) FROM seat_numbers WHERE flight_id = ANY(%s) GROUP BY 1",
        (list(cabins),),
    ).fetchall()
    lost: dict[UUID, list[str]] = {}
    for flight_id, seats in picked:
        cabin = CABINS.get(cabins[flight_id] or "")
        if missing := [seat for seat in seats if cabin is None or seat not in cabin.seats]:
            lost[flight_id] = missing
    return lost


def why_kept(lost: list[str]) -> str:
    """What is said of a change that would take these seats away."""
    named = ", ".join(lost[:_NAMED]) + (", ..." if len(lost) > _NAMED else "")
    return (
        f"Travellers have picked seats that the flight would not have any more: {named}. "
        "Choose a cabin that has them, or give these travellers other seats first."
    )
