"""Which changes of an existing flight a row of an import may make, and the fault of a change that is refused."""

from __future__ import annotations

from core.clock import now
from core.flights.errors import PLACE_LOST, place_lost
from core.flights.staging import StagedChange
from core.imports.csv.faults import WHOLE_ROW, Fault
from core.money import why_too_many


def why_refused(change: StagedChange) -> Fault | None:
    """The fault if the change is not allowed; None if it is allowed."""
    if change.is_cancelled:
        return Fault(change.line, "flight_number", "", "flight_cancelled", "The flight is cancelled and cannot be changed.")
    if change.source_lost is not None:
        return Fault(change.line, "source", change.new_source, PLACE_LOST, place_lost(change.source_lost, change.new_source))
    if change.destination_lost is not None:
        said = place_lost(change.destination_lost, change.new_destination)
        return Fault(change.line, "destination", change.new_destination, PLACE_LOST, said)
    if not change.price_fits:
        return Fault(change.line, "price", "", "too_many_decimals", why_too_many(change.currency))
    if change.seats_taken > change.new_total:
        message = (
            f"{change.seats_held} seats are held and {change.seats_sold} are sold, so the flight cannot have {change.new_total}."
        )
        return Fault(change.line, "total_seats", str(change.new_total), "capacity_below_sold", message)
    if change.departs_at_another_time and change.new_departure_ts <= now() and change.seats_taken:
        message = f"{change.seats_taken} seats are held or sold, so the flight cannot be moved into the past."
        return Fault(change.line, "departure_ts", "", "flight_has_bookings", message)
    if change.goes_elsewhere and change.seats_taken:
        message = f"{change.seats_taken} seats are held or sold, so source and destination cannot change. Cancel the flight, and add another one."
        return Fault(change.line, WHOLE_ROW, "", "flight_has_bookings", message)
    return None
