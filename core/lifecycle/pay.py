"""A traveller pays for seats that are held."""

from __future__ import annotations

from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.errors import BookingNotFound
from core.bookings.models import PaymentMode
from core.bookings.queries import NOT_FOUND
from core.bookings.states import BookingStatus
from core.db import RawConnection
from core.lifecycle.end import LockedTrip, lock_trips
from core.messaging.messages import WorkPayments
from core.payments import charges
from core.payments.errors import AlreadyPaid, HoldExpired, NotPayable, PaymentInProgress
from core.payments.models import PaymentStatus


def pay(connection: RawConnection, trip_id: UUID, owner_id: UUID | None, token: str) -> AfterCommit:
    """Put one attempt to charge `token` on disk; a worker makes the call. `owner_id` None is an admin.

    Raises:
        BookingNotFound: there is none, or it is somebody else's.
        HoldExpired, AlreadyPaid, PaymentInProgress, NotPayable
    """
    trip = lock_trips(connection, [trip_id]).get(trip_id)
    if trip is None or owner_id not in (None, trip.legs[0].user_id):
        raise BookingNotFound(NOT_FOUND)
    _require_payable(connection, trip)
    charges.open_attempts(connection, {trip.id: trip.price_total}, token)
    return AfterCommit(changed_bookings=[trip.id], messages=[WorkPayments((trip.id,))])


def _require_payable(connection: RawConnection, trip: LockedTrip) -> None:
    if trip.legs[0].payment_mode is PaymentMode.NONE:
        raise NotPayable("This booking needs no payment.", booking_status=trip.status.value)
    match trip.status:
        case BookingStatus.CONFIRMED:
            raise AlreadyPaid("This booking is paid for.")
        case BookingStatus.EXPIRED:
            raise HoldExpired("The hold has ended, and the seats are free again.")
        case BookingStatus.PENDING | BookingStatus.CANCELLED | BookingStatus.FAILED:
            raise NotPayable(f"A booking that is {trip.status} cannot be paid for.", booking_status=trip.status.value)
        case BookingStatus.HELD:
            _require_open_hold(connection, trip)


def _require_open_hold(connection: RawConnection, trip: LockedTrip) -> None:
    payment = charges.lock_undeclined(connection, [trip.id]).get(trip.id)
    if payment is not None and payment.status is PaymentStatus.SUCCEEDED:
        raise AlreadyPaid("This booking is paid for.")
    if payment is not None or trip.legs[0].payment_mode is PaymentMode.TOKEN:
        raise PaymentInProgress("A payment for this booking is in progress.")
    row = connection.execute("SELECT %s <= now()", (trip.legs[0].hold_expires_at,)).fetchone()
    if row is None or row[0]:
        raise HoldExpired("The hold has ended; its seats are given back.")
    if not trip.may_be_paid:
        raise NotPayable("The flight is cancelled or has departed.", booking_status=trip.status.value)
