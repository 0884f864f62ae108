"""What must follow a commit: tell the listeners, correct the seats in Redis, send the next messages. All of it is best effort; what
is lost here, the sweep repairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import redis
import structlog

from core.events import job_events
from core.events.job_events import JobEvents
from core.messaging.dispatcher import Dispatcher
from core.messaging.messages import Message
from core.operations import dead_letters
from core.operations.dead_letters import Buried
from core.seats.inventory import Inventory
from core.seats.scripts import SCRIPTS, Scripts
from core.telemetry.incidents import Incident
from core.telemetry.metrics import BOOKINGS

_kept_seats = Incident(
    structlog.get_logger(__name__),
    "seats not given back in Redis; the audit repairs it",
    "seats are given back in Redis again",
)


@dataclass(slots=True)
class AfterCommit:
    """Collected while a transaction is open, run once it is committed."""

    statuses: dict[UUID, str] = field(default_factory=dict)
    """Bookings that moved, and where to."""
    free_seats: dict[UUID, int] = field(default_factory=dict)
    """Of the flights that the transaction locked, as of its end."""
    released: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """Seats to give back in Redis: flight -> bookings that are over."""
    rolled_back: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """The same for bookings that will try again."""
    stale_flights: set[UUID] = field(default_factory=set)
    """Flights whose counts in Redis are wrong now: their keys are dropped, and loaded again from Postgres."""
    changed_bookings: list[UUID] = field(default_factory=list)
    """Bookings that changed and stayed in their status: who waits for one looks again."""
    messages: list[Message] = field(default_factory=list)
    """Work that this transaction made."""
    buried: list[Buried] = field(default_factory=list)
    """Work that it gave up."""

    def run(self, client: redis.Redis, dispatcher: Dispatcher, scripts: Scripts = SCRIPTS) -> None:
        """Do what follows the commit. Never raises for a Redis that is away. `scripts`: as of `Inventory`."""
        dead_letters.tell(self.buried)
        for status, moved in Counter(self.statuses.values()).items():
            BOOKINGS.labels(status.lower()).inc(moved)
        # A Redis that does not answer costs its time-out once, not for every command.
        if self._announce(client):
            self._correct_inventory(Inventory(client, scripts))
        for message in self.messages:
            dispatcher.send(message)

    def _announce(self, client: redis.Redis) -> bool:
        """Tell who waits for a job or watches a flight. False: Redis is away."""
        jobs = [booking_id for booking_id in self.changed_bookings if booking_id not in self.statuses]
        if not (self.statuses or self.free_seats or jobs):
            return True
        return job_events.publish(client, JobEvents(bookings=self.statuses, seats=self.free_seats, jobs=jobs))

    def _correct_inventory(self, inventory: Inventory) -> None:
        try:
            inventory.release(self.released)
            inventory.forget(self.rolled_back)
            inventory.drop(self.stale_flights)
        except redis.RedisError as error:
            _kept_seats.failed(error=str(error))
        else:
            _kept_seats.succeeded()
