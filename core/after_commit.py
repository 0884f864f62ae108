"""What is done after a commit: notify clients that wait, correct the seat counts in Redis, send the next messages. All of it is
best effort: if the process crashes before or during it, the sweep and the audit repair what was not done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import redis
import structlog

from core.events import job_events
from core.events.domain_events import Event
from core.events.job_events import EncodedEvent, JobEvents
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import Message
from core.operations import dead_letters
from core.operations.dead_letters import StoredLetter
from core.seats.inventory import Inventory
from core.seats.scripts import SCRIPTS, Scripts
from core.telemetry.incidents import Incident
from core.telemetry.metrics import BOOKINGS
from core.telemetry.tracing import spans

_unreleased_seats = Incident(
    structlog.get_logger(__name__),
    "seats not given back in Redis; the audit repairs it",
    "seats are given back in Redis again",
)


@dataclass(slots=True)
class AfterCommit:
    """Collected while a transaction is open, run once it is committed."""

    statuses: dict[UUID, str] = field(default_factory=dict)
    """Bookings whose status changed, with the new status."""
    failures: dict[UUID, str] = field(default_factory=dict)
    """The failure code of each of them that has one."""
    events: list[Event] = field(default_factory=list)
    """The other events of this transaction, in their order."""
    free_seats: dict[UUID, int] = field(default_factory=dict)
    """Seat counts of the flights that the transaction locked, as of its end."""
    released: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """Seats to release in Redis: flight -> bookings that have ended."""
    rolled_back: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """Seats to release in Redis: flight -> bookings that stay PENDING and will be reserved again."""
    stale_flights: set[UUID] = field(default_factory=set)
    """Flights whose seat counts in Redis are wrong now. Their keys are deleted, and loaded from Postgres when they are next
    needed.
    """
    changed_bookings: list[UUID] = field(default_factory=list)
    """Bookings that changed without a change of status. Clients that wait for one read it again."""
    messages: list[Message] = field(default_factory=list)
    """Messages for the work that this transaction created."""
    dead_letters: list[StoredLetter] = field(default_factory=list)
    """Work that this transaction gave up."""

    def run(self, client: redis.Redis, dispatcher: Dispatcher, scripts: Scripts = SCRIPTS) -> None:
        """Do all of it. Never raises when Redis cannot be reached. `scripts`: see `Inventory`."""
        dead_letters.log(self.dead_letters)
        for status, changed in Counter(self.statuses.values()).items():
            BOOKINGS.labels(status.lower()).inc(changed)
        with spans.stage("events"):
            # After the first time-out no further command is sent, so an unreachable Redis costs one time-out and not one for each
            # command.
            if self._publish(client):
                self._correct_inventory(Inventory(client, scripts))
            for message in self.messages:
                dispatcher.send(message)

    def _publish(self, client: redis.Redis) -> bool:
        """Notify clients that wait for a job or watch a flight. False: Redis cannot be reached."""
        published = self.statuses.keys() | {event.subject_id for event in self.events}
        jobs = [booking_id for booking_id in self.changed_bookings if booking_id not in published]
        if not (self.statuses or self.free_seats or jobs or self.events):
            return True
        job_changes = JobEvents(
            bookings=self.statuses,
            failures=self.failures,
            seats=self.free_seats,
            jobs=jobs,
            events=[EncodedEvent.of(event) for event in self.events],
        )
        return job_events.publish(client, job_changes)

    def _correct_inventory(self, inventory: Inventory) -> None:
        try:
            inventory.release(self.released)
            inventory.roll_back(self.rolled_back)
            inventory.drop(self.stale_flights)
        except redis.RedisError as error:
            _unreleased_seats.failed(error=str(error))
        else:
            _unreleased_seats.succeeded()
