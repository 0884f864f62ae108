"""How many unpaid holds one traveller may have: seats that are kept for nothing are kept from everybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.bookings.duplicates import id_before
from core.bookings.models import PaymentMode
from core.db import RawConnection

LONGEST_OPEN: Final = timedelta(hours=26)
"""No hold is open for longer: a day, and the hour that a payment in doubt may add."""


class Wish(Protocol):
    """What is counted of a request."""

    @property
    def trip_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def payment_mode(self) -> PaymentMode: ...


def find_excess(connection: RawConnection, requests: Sequence[Wish], limit: int) -> set[UUID]:
    """Those of these requests with which their traveller would have more than `limit` holds open.

    The caller has locked the travellers (`duplicates.lock_travellers`) in an earlier statement.
    """
    wanted = [request for request in requests if request.payment_mode is PaymentMode.HOLD]
    if not wanted:
        return set()
    rows = connection.execute(
        """
        SELECT user_id, count(*) FROM bookings
        WHERE user_id = ANY(%s) AND id > %s AND leg = 0 AND payment_mode = 'hold' AND status IN ('PENDING', 'HELD') GROUP BY user_id
        """,
        (list({request.user_id for request in wanted}), id_before(LONGEST_OPEN)),
    ).fetchall()
    opened: Counter[UUID] = Counter(dict(rows))
    excess: set[UUID] = set()
    for request in wanted:
        if opened[request.user_id] >= limit:
            excess.add(request.trip_id)
        else:
            opened[request.user_id] += 1
    return excess
