"""End bookings whose work failed too often."""

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
    """End bookings that failed too often: FAILED(internal), a dead letter, no seat kept."""
    after = AfterCommit()
    failed = fail_pending(connection, list(lock_bookings(connection, booking_ids).values()), FailureCode.INTERNAL, after)
    after.buried += dead_letters.bury_bookings(connection, failed, f"failed {LAST_ATTEMPT} times")
    return after
