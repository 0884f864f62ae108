"""Which changes of an existing flight a row of an import may make, and the fault of a change that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.clock import now
from core.db import RawConnection
from core.flights.changes import cabins
from core.flights.details import CABIN_MISMATCH
from core.flights.errors import PLACE_LOST, place_lost_message
from core.flights.staging import StagedChange
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.money import why_unfit
from core.seats.cabins.catalogue import CABINS, why_mismatched


def find_lost_seats(connection: RawConnection, found: Sequence[StagedChange], *, lock: bool) -> dict[UUID, list[str]]:
    """Seats that travellers have picked and that these changes would take away: flight -> seats."""
    changed = {change.flight_id: change.new_cabin for change in found if change.new_cabin != change.old_cabin}
    return cabins.find_lost_seats(connection, changed, lock=lock)


def why_refused(change: StagedChange, lost: list[str] | None) -> Fault | None:
    """The fault if the change is not allowed; None if it is allowed. `lost`: seats that are picked and that it would take away."""
    if change.is_cancelled:
        return Fault(change.line, "flight_number", "", "flight_cancelled", "The flight is cancelled and cannot be changed.")
    if change.source_lost is not None:
        return Fault(
            change.line, "source", change.new_source, PLACE_LOST, place_lost_message(change.source_lost, change.new_source)
        )
    if change.destination_lost is not None:
        said = place_lost_message(change.destination_lost, change.new_destination)
        return Fault(change.line, "destination", change.new_destination, PLACE_LOST, said)
    if not change.price_fits:
        return Fault(
            change.line, "price", f"{change.new_price:f}", "too_many_decimals", why_unfit(change.new_price, change.currency)
        )
    if change.seats_taken > change.new_total:
        message = (
            f"{change.seats_held} seats are held and {change.seats_sold} are sold, so the flight cannot have {change.new_total}."
        )
        return Fault(change.line, "total_seats", str(change.new_total), "capacity_below_sold", message)
    cabin = CABINS.get(change.new_cabin or "")
    if cabin is not None and cabin.size != change.new_total:
        return Fault(change.line, "total_seats", str(change.new_total), CABIN_MISMATCH, why_mismatched(cabin, change.new_total))
    if lost:
        return Fault(change.line, "cabin", change.new_cabin or "", cabins.SEATS_PICKED, cabins.lost_seats_message(lost))
    if change.departs_at_another_time and change.new_departure_ts <= now() and change.seats_taken:
        message = f"{change.seats_taken} seats are held or sold, so the flight cannot be moved into the past."
        return Fault(change.line, "departure_ts", "", "flight_has_bookings", message)
    if change.goes_elsewhere and change.seats_taken:
        message = f"{change.seats_taken} seats are held or sold, so source and destination cannot change. Cancel the flight, and add another one."
        return Fault(change.line, WHOLE_ROW, "", "flight_has_bookings", message)
    return None
