"""Limit the unpaid bookings of one traveller, because their seats are not available to others.

Counted are holds (also offers of the waiting list, which are holds) and bookings whose card is not charged yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.bookings.intake.idempotency import find_holders
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.clock import first_id_at, now
from core.db import RawConnection
from core.waitlist.models import WaitStatus

UNPAID: Final = (BookingStatus.PENDING, BookingStatus.HELD)
PAID_LATER: Final = (PaymentMode.HOLD, PaymentMode.TOKEN)
LONGEST_OPEN: Final = timedelta(hours=26)
"""The longest time that a hold can be open: a day, plus the hour that a payment with unknown outcome may add, plus a margin."""


class Keyed(Protocol):
    @property
    def owned_key(self) -> tuple[UUID, str] | None: ...


class Counted(Keyed, Protocol):
    """The parts of a request that the limits need."""

    @property
    def booking_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def payment_mode(self) -> PaymentMode: ...


def find_excess(connection: RawConnection, requests: Sequence[Counted], limit: int) -> set[UUID]:
    """The requests that exceed the limit of their traveller: a hold beyond `limit` unpaid bookings, or a card payment beyond
    `limit` cards that are not charged yet. A request whose idempotency key was used, also earlier in this batch, is not counted.

    The caller has locked the travellers (`duplicates.lock_travellers`) in an earlier statement.
    """
    wanted = [request for request in requests if request.payment_mode in PAID_LATER]
    if not wanted:
        return set()
    rows = connection.execute(
        """
        SELECT user_id, payment_mode, count(*) FROM bookings
        WHERE user_id = ANY(%s) AND id > %s AND payment_mode = ANY(%s) AND status = ANY(%s) GROUP BY user_id, payment_mode
        """,
        (list({request.user_id for request in wanted}), first_id_at(now() - LONGEST_OPEN), list(PAID_LATER), list(UNPAID)),
    ).fetchall()
    opened = Counter({(user_id, PaymentMode(mode)): count for user_id, mode, count in rows})
    used = set(find_holders(connection, (request.owned_key for request in wanted)))
    excess: set[UUID] = set()
    for request in wanted:
        if request.owned_key in used:
            continue
        counted = (PaymentMode.TOKEN,) if request.payment_mode is PaymentMode.TOKEN else PAID_LATER
        if sum(opened[request.user_id, mode] for mode in counted) >= limit:
            excess.add(request.booking_id)
        else:
            opened[request.user_id, request.payment_mode] += 1
            if request.owned_key:
                used.add(request.owned_key)
    return excess


def count_open(connection: RawConnection, user_id: UUID) -> int:
    """The number of a traveller's unpaid bookings and entries in waiting lists. The caller has locked the traveller."""
    row = connection.execute(
        f"""
        SELECT (SELECT count(*) FROM bookings WHERE user_id = %(user)s AND id > %(since)s
                AND payment_mode = ANY(%(modes)s) AND status = ANY(%(unpaid)s))
             + (SELECT count(*) FROM waitlist WHERE user_id = %(user)s AND status = {WaitStatus.WAITING.sql})
        """,  # noqa: S608  # only constants
        {"user": user_id, "since": first_id_at(now() - LONGEST_OPEN), "modes": list(PAID_LATER), "unpaid": list(UNPAID)},
    ).fetchone()
    return int(row[0]) if row else 0
