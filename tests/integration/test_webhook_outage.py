"""A receiver that is away for three days, on a clock of the test: nothing is lost, and the events of each booking keep their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id, now
from core.db import Database
from core.events import outbox
from core.events.domain_events import BookingData, Event, EventType
from core.webhooks import deliveries, endpoints
from core.webhooks.deliveries import RETRIES, Attempt

BOOKINGS: Final = 1_000
EVENTS_OF_EACH: Final = 10
OUTAGE: Final = timedelta(hours=72)
STEP: Final = timedelta(hours=2)
"""How the clock goes on: at each step, whatever has become due is sent."""


class Receiver:
    """A receiver that is away until `back_at`. `received`: booking -> its events, in the order of arrival."""

    def __init__(self, back_at: datetime) -> None:
        self._back_at = back_at
        self.received: dict[UUID, list[str]] = defaultdict(list)

    def take(self, delivery: deliveries.DueDelivery, at: datetime) -> Attempt:
        if at < self._back_at:
            return Attempt(delivery, None, "ConnectError", 1)
        data = msgspec.json.decode(delivery.body)["data"]
        self.received[UUID(data["booking_id"])].append(data["status"])
        return Attempt(delivery, 200, None, 1)


def happen(db: Database, bookings: Sequence[UUID], number: int, at: datetime) -> None:
    """The event of this number for each booking. Its status says which one it is."""
    with db.transaction() as connection:
        outbox.write(connection, (Event(EventType.BOOKING_HELD, BookingData(each, str(number))) for each in bookings))
    with db.transaction() as connection:
        assert deliveries.route(connection, limit=BOOKINGS, at=at) == len(bookings)


def work(db: Database, webhook: UUID, receiver: Receiver, at: datetime, retries: Sequence[timedelta]) -> None:
    """Make every call that is due at this moment, as a process that was just started would."""
    while True:
        with db.transaction() as connection:
            due = deliveries.claim(connection, webhook, limit=BOOKINGS, at=at)
        if not due:
            return
        with db.transaction() as connection:
            deliveries.settle(connection, [receiver.take(each, at) for each in due], at, retries=retries)


def is_anything_left(db: Database) -> bool:
    with db.snapshot() as connection:
        return bool(connection.execute("SELECT FROM webhook_deliveries WHERE status = 'PENDING' LIMIT 1").fetchall())


def live_through_it(db: Database, retries: Sequence[timedelta], count: int) -> tuple[Receiver, list[UUID]]:
    began_at = now()
    bookings = [new_id() for _ in range(count)]
    receiver = Receiver(began_at + OUTAGE)
    with db.transaction() as connection:
        _, webhook = endpoints.create(connection, "https://example.com/", [EventType.BOOKING_HELD], None)
    happenings = [(began_at + OUTAGE * number / EVENTS_OF_EACH, number) for number in range(EVENTS_OF_EACH)]
    at = began_at
    while happenings or is_anything_left(db):
        while happenings and happenings[0][0] <= at:
            happen(db, bookings, happenings.pop(0)[1], at)
        work(db, webhook.id, receiver, at, retries)
        at += STEP
    return receiver, bookings


def test_ten_thousand_events_outlive_an_outage_of_three_days(db: Database) -> None:
    receiver, bookings = live_through_it(db, RETRIES, BOOKINGS)
    in_order = [str(number) for number in range(EVENTS_OF_EACH)]
    assert len(receiver.received) == len(bookings) == BOOKINGS
    assert [booking for booking in bookings if receiver.received[booking] != in_order] == []
    with db.snapshot() as connection:
        assert connection.execute("SELECT status, count(*) FROM webhook_deliveries GROUP BY 1").fetchall() == [
            ("DELIVERED", BOOKINGS * EVENTS_OF_EACH)
        ]
        (webhook,) = endpoints.list_webhooks(connection)
    assert (webhook.enabled, webhook.failing_since) == (True, None)


def test_fewer_attempts_lose_events(db: Database) -> None:
    """The control: with an hour of attempts, what happened at the beginning is given up."""
    receiver, bookings = live_through_it(db, RETRIES[:3], 10)
    assert all("0" not in receiver.received[booking] for booking in bookings)


def test_an_address_that_takes_nothing_for_three_days_is_disabled(db: Database) -> None:
    began_at = now()
    receiver = Receiver(began_at + timedelta(days=365))
    with db.transaction() as connection:
        _, webhook = endpoints.create(connection, "https://example.com/", [EventType.BOOKING_HELD], None)
    happen(db, [new_id()], 0, began_at)
    dead: dict[UUID, str] = {}
    at = began_at
    while is_anything_left(db):
        with db.transaction() as connection:
            due = deliveries.claim(connection, webhook.id, limit=1, at=at)
            dead |= deliveries.settle(connection, [receiver.take(each, at) for each in due], at) if due else {}
        assert not dead or at >= began_at + OUTAGE
        at += STEP
    assert dead == {webhook.id: "no call has succeeded for 72 hours"}
