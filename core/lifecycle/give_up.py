"""Give up bookings after too many attempts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.locking import lock_bookings
from core.bookings.states import FailureCode
from core.bookings.unfinished.leases import LAST_ATTEMPT
from core.db import RawConnection
from core.lifecycle.end import fail_pending
from core.operations import dead_letters


def give_up(connection: RawConnection, booking_ids: Sequence[UUID]) -> AfterCommit:
    """End bookings after the last attempt: status FAILED with the code `internal`, a dead letter for each, and no seats."""
    after = AfterCommit()
    failed = fail_pending(connection, list(lock_bookings(connection, booking_ids).values()), FailureCode.INTERNAL, after)
    after.dead_letters += dead_letters.store_bookings(connection, failed, f"failed {LAST_ATTEMPT} times")
    return after
