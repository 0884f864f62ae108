"""Cancel a booking: give its seats back exactly once, whoever asks however often."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from core.bookings.errors import BookingNotFound, NotCancellable
from core.bookings.moves import Move, Moves, stages
from core.bookings.queries import NOT_FOUND
from core.bookings.states import BookingStatus, may_move
from core.bookings.views import available_actions
from core.clock import now
from core.db import RawConnection
from core.seats.counts import lock_counts, write_counts


@dataclass(slots=True)
class Cancelled:
    """What the transaction did; `released` are the seats to give back in Redis after its commit: flight -> bookings."""

    moves: Moves = field(default_factory=Moves)
    released: dict[UUID, list[UUID]] = field(default_factory=dict)


def cancel(connection: RawConnection, trip_id: UUID, owner_id: UUID | None) -> Cancelled:
    """Cancel all segments of a booking that has not departed. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        NotCancellable: its status, or its departure, forbids it; a second cancellation ends here.
    """
    legs = connection.execute(
        """
        SELECT b.id, b.flight_id, b.seats, b.status, b.user_id, f.departure_ts > now()
        FROM bookings b JOIN flights f ON f.id = b.flight_id
        WHERE b.id = %(trip)s OR (b.leg > 0 AND b.trip_id = %(trip)s) ORDER BY b.id FOR UPDATE OF b
        """,
        {"trip": trip_id},
    ).fetchall()
    if not any(leg[0] == trip_id for leg in legs) or owner_id not in (None, legs[0][4]):
        raise BookingNotFound(NOT_FOUND)
    status = BookingStatus(legs[0][3])
    ahead = all(leg[5] for leg in legs)
    if not may_move(status, BookingStatus.CANCELLED) or not ahead:
        why = f"A booking that is {status} cannot be cancelled." if ahead else "The flight has departed."
        raise NotCancellable(why, booking_status=status.value, available_actions=available_actions(status, ahead=ahead))

    counts = lock_counts(connection, {leg[1] for leg in legs})
    cancelled = Cancelled()
    stage = stages(("cancelled", now()))
    for booking_id, flight_id, seats, *_ in legs:
        if status is BookingStatus.HELD:
            counts[flight_id].hold(-seats)
        else:
            counts[flight_id].sell(-seats)
        cancelled.moves.add(Move(booking_id, trip_id, BookingStatus.CANCELLED, stage))
        cancelled.released.setdefault(flight_id, []).append(booking_id)
    cancelled.moves.write(connection, status)
    write_counts(connection, counts)
    cancelled.moves.seats = {flight_id: count.free for flight_id, count in counts.items()}
    return cancelled
