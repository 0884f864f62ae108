"""Change the status of bookings. Every transition is a compare-and-set, and adds a stage to the timeline that the traveller sees."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings.models import PaymentMode
from core.bookings.states import BookingStatus, FailureCode, is_allowed_transition
from core.clock import now
from core.db import RawConnection
from core.db.planning import any_length
from core.events import outbox
from core.events.domain_events import booking_event
from core.lease import LEASE_SECONDS
from core.mail import mail_requests
from core.waitlist import entries
from core.waitlist.models import WaitStatus

MAY_BE_OFFERED: Final = (BookingStatus.HELD, BookingStatus.EXPIRED)
"""The statuses in which a booking may come from an offer of the waiting list: HELD, or EXPIRED and then confirmed by a late
payment.
"""

# A hold ends at the departure at the latest.
_END_OF_HOLD: Final = """
    least(now() + %(hold_minutes)s * interval '1 minute', (
        SELECT f.departure_ts FROM booking_segments s JOIN flights f ON f.id = s.flight_id WHERE s.booking_id = b.id AND s.position = 0
    ))
"""
_OF_A_HOLD: Final = f"""
    finished_at = NULL,
    hold_expires_at = {_END_OF_HOLD},
    next_at = CASE WHEN b.payment_mode = %(hold)s THEN {_END_OF_HOLD} ELSE now() + %(lease)s * interval '1 second' END
"""
_OF_AN_END: Final = "finished_at = coalesce(b.finished_at, now()), next_at = NULL"
_BOOKINGS: Final = any_length("%(bookings)s", "uuid[]")
_FREE_SEAT_NUMBERS: Final = f"WITH freed AS (DELETE FROM seat_numbers WHERE booking_id = ANY({_BOOKINGS}))"  # noqa: S608  # only constants


def _statement(times: str, first: str = "") -> str:
    """`times`: the columns that say when something happens next. A hold and an end have statements of their own, because Postgres would plan
    a statement for both each time it runs, for the values that it has then.
    """
    return f"""
        {first}
        UPDATE bookings b SET
            status = %(target)s::text,
            failure_code = %(failure)s::text,
            timeline = b.timeline || %(stages)s::jsonb,
            updated_at = now(),
            {times}
        WHERE b.id = ANY({_BOOKINGS}) AND b.status = ANY(%(guard)s)
    """  # noqa: S608  # only constants of this module


_HOLD: Final = _statement(_OF_A_HOLD)
_CONFIRM: Final = _statement(_OF_AN_END)
# In the same statement, so that the end of a booking without seat numbers costs no other one.
_END_AND_FREE: Final = _statement(_OF_AN_END, _FREE_SEAT_NUMBERS)
DECIDED: Final = '$[*] ? (@.stage == "held" || @.stage == "confirmed" || @.stage == "failed")'
"""JSON path of the stages of a timeline that say whether the booking has seats. The first of them is when it was decided."""
_ENDS: Final = frozenset({BookingStatus.FAILED, BookingStatus.EXPIRED, BookingStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Transition:
    """The transition of one booking. `stages`: encoded `[{stage, at}]` (see `stages()`), which is added to the timeline."""

    booking_id: UUID
    target: BookingStatus
    stages: str
    failure: FailureCode | None = None


@dataclass(slots=True)
class Transitions:
    """The transitions of one transaction. All bookings have the same present status."""

    made: list[Transition] = field(default_factory=list)

    def add(self, transition: Transition) -> None:
        self.made.append(transition)

    def write(
        self,
        connection: RawConnection,
        source: BookingStatus,
        after: AfterCommit,
        *,
        hold_minutes: int = 0,
        guard: Collection[BookingStatus] | None = None,
    ) -> None:
        """Write the transitions of the bookings that still have the status `source`. A transition to HELD starts a hold of `hold_minutes`,
        which ends at the departure if that is earlier. `guard`: the statuses in which a booking may be changed. It is always
        `source`; only a test of this safeguard passes others.

        Raises:
            RuntimeError: a booking was in another status, although its row is locked. So the caller has not checked its status.
        """
        if not self.made:
            return
        for target in {each.target for each in self.made}:
            if not is_allowed_transition(source, target):
                raise RuntimeError(f"a booking never goes from {source} to {target}")
        written = 0
        # One statement for each kind of ending: there are two or three in a batch, and scalars are cheaper to send than arrays.
        for (target, failure, reached), group in _by_ending(self.made).items():
            written += connection.execute(
                _statement_for(target),
                {
                    "target": target,
                    "failure": failure,
                    "stages": reached,
                    "hold_minutes": hold_minutes,
                    "hold": PaymentMode.HOLD,
                    "lease": LEASE_SECONDS,
                    "bookings": group,
                    "guard": list(guard or (source,)),
                },
            ).rowcount
            if source in MAY_BE_OFFERED:
                entries.end_offers(connection, group, _entry_status_for(target), after)
        mail_requests.add(connection, [each.booking_id for each in self.made])
        if written != len(self.made):
            raise RuntimeError(f"{len(self.made) - written} of {len(self.made)} bookings had left {source}")
        outbox.write(connection, (booking_event(each.booking_id, each.target, each.failure) for each in self.made))
        after.statuses |= {each.booking_id: each.target.value for each in self.made}
        after.failures |= {each.booking_id: each.failure.value for each in self.made if each.failure is not None}


def _statement_for(target: BookingStatus) -> bytes:
    if target is BookingStatus.HELD:
        return _HOLD.encode()
    return (_END_AND_FREE if target in _ENDS else _CONFIRM).encode()


def _entry_status_for(target: BookingStatus) -> WaitStatus:
    """The final status of the waiting list entry whose offer (a held booking) gets the status `target`."""
    match target:
        case BookingStatus.CONFIRMED:
            return WaitStatus.BOOKED
        case BookingStatus.CANCELLED:
            return WaitStatus.LEFT
        case BookingStatus.EXPIRED | BookingStatus.FAILED:
            return WaitStatus.EXPIRED
        case BookingStatus.PENDING | BookingStatus.HELD:
            raise RuntimeError(f"an offer never ends by becoming {target}")


def _by_ending(transitions: Iterable[Transition]) -> dict[tuple[BookingStatus, FailureCode | None, str], list[UUID]]:
    groups: dict[tuple[BookingStatus, FailureCode | None, str], list[UUID]] = {}
    for each in transitions:
        groups.setdefault((each.target, each.failure, each.stages), []).append(each.booking_id)
    return groups


@dataclass(frozen=True, slots=True)
class Line:
    """Which bookings of a flight had got seats when another booking failed as sold out (`docs/waiting-line.md`)."""

    last_served: int | None
    """The highest sequence number that got seats; None if no booking with a number did."""
    last_served_at: datetime | None


def stages(*reached: tuple[str, datetime], flight_id: UUID | None = None, line: Line | None = None) -> str:
    """Stages in their stored form. `flight_id`: the flight that the last stage is about. `line`: for a flight that is sold out."""
    steps: list[dict[str, Any]] = [{"stage": stage, "at": _iso(at)} for stage, at in reached]
    if flight_id is not None:
        steps[-1]["flight_id"] = str(flight_id)
    if line is not None and line.last_served_at is not None:
        steps[-1] |= {"last_served": line.last_served, "last_served_at": _iso(line.last_served_at)}
    return json.dumps(steps)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def reach_stage(connection: RawConnection, booking_ids: Sequence[UUID], stage: str, *, rests: bool = False) -> None:
    """Add a stage to bookings without a change of status. `rests`: the sweep need not process them before their hold ends."""
    connection.execute(
        """
        UPDATE bookings SET timeline = timeline || %s::jsonb, updated_at = now(),
            next_at = CASE WHEN %s THEN hold_expires_at ELSE next_at END
        WHERE id = ANY(%s)
        """,
        (stages((stage, now())), rests, list(booking_ids)),
    )


def mark_rescued(connection: RawConnection, booking_ids: Sequence[UUID]) -> None:
    """Note that a late payment reserved the seats of these expired bookings again."""
    connection.execute("UPDATE bookings SET rescued_at = now() WHERE id = ANY(%s)", (list(booking_ids),))
