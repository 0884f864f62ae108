"""Check whether a flight can get another cabin: it cannot if travellers have picked seats that the new cabin does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from core.db import RawConnection
from core.seats.cabins.catalogue import CABINS

SEATS_PICKED: Final = "seats_picked"
"""The code of a change that would take away seats that are picked."""
_MAX_NAMED: Final = 10
"""How many seats the message names."""


def find_lost_seats(connection: RawConnection, cabins: Mapping[UUID, str | None], *, lock: bool) -> dict[UUID, list[str]]:
    """Flight id -> seats that travellers have picked and that the new cabin does not have. `cabins`: flight id -> name of its new cabin.

    `lock`: lock the flights, so that no booking of them is accepted until the transaction ends.
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


def lost_seats_message(lost: list[str]) -> str:
    """The message of a refusal. `lost`: seats that are picked and that the new cabin does not have."""
    named = ", ".join(lost[:_MAX_NAMED]) + (", ..." if len(lost) > _MAX_NAMED else "")
    return (
        f"Travellers have picked seats that the flight would not have any more: {named}. "
        "Choose a cabin that has them, or give these travellers other seats first."
    )
