"""How many unpaid holds one traveller may have: seats that are kept for nothing are kept from everybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from core.bookings.duplicates import id_before
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus
from core.db import RawConnection

UNPAID: Final = (BookingStatus.PENDING, BookingStatus.HELD)
LONGEST_OPEN: Final = timedelta(hours=26)
"""No hold is open for longer: a day, and the hour that a payment in doubt may add."""


class Counted(Protocol):
    """What is counted of a request."""

    @property
    def booking_id(self) -> UUID: ...
    @property
    def user_id(self) -> UUID: ...
    @property
    def payment_mode(self) -> PaymentMode: ...
    @property
    def owned_key(self) -> tuple[UUID, str] | None: ...


def find_excess(connection: RawConnection, requests: Sequence[Counted], limit: int) -> set[UUID]:
    """Those of these requests with which their traveller would have more than `limit` holds open. One whose key was used, also
    earlier in this batch, is that earlier booking and opens nothing.

    The caller has locked the travellers (`duplicates.lock_travellers`) in an earlier statement.
    """
    wanted = [request for request in requests if request.payment_mode is PaymentMode.HOLD]
    if not wanted:
        return set()
    rows = connection.execute(
        """
        SELECT user_id, count(*) FROM bookings
        WHERE user_id = ANY(%s) AND id > %s AND payment_mode = %s AND status = ANY(%s) GROUP BY user_id
        """,
        (list({request.user_id for request in wanted}), id_before(LONGEST_OPEN), PaymentMode.HOLD, list(UNPAID)),
    ).fetchall()
    opened: Counter[UUID] = Counter(dict(rows))
    used = _find_used_keys(connection, wanted)
    excess: set[UUID] = set()
    for request in wanted:
        if request.owned_key in used:
            continue
        if opened[request.user_id] >= limit:
            excess.add(request.booking_id)
        else:
            opened[request.user_id] += 1
            used |= {request.owned_key} if request.owned_key else set()
    return excess


def _find_used_keys(connection: RawConnection, requests: Sequence[Counted]) -> set[tuple[UUID, str] | None]:
    keys = [request.owned_key for request in requests if request.owned_key]
    if not keys:
        return set()
    rows = connection.execute(
        """
        SELECT b.user_id, b.idempotency_key FROM unnest(%s::uuid[], %s::text[]) AS w(user_id, key)
        JOIN bookings b ON b.user_id = w.user_id AND b.idempotency_key = w.key
        """,
        [list(column) for column in zip(*keys, strict=True)],
    ).fetchall()
    return {(user_id, key) for user_id, key in rows}
