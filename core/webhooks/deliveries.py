"""Deliveries: created from events of the outbox, claimed for one call at a time, and repeated for three days until one succeeds.

Of the events of one subject only the oldest that waits is sent, so they arrive in their order. Times are by the clock of the database,
unless a test passes others.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch
from core.errors import NotFound
from core.events import outbox
from core.events.outbox import Reader, WrittenEvent
from core.telemetry.tracing.spans import TraceParent
from core.webhooks import endpoints
from core.webhooks.models import DeliveryStatus

RETRIES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Pauses between attempts: ten attempts in 75 hours and 35 minutes, so an outage of three days loses nothing."""
JITTER: Final = 0.05
"""Each pause is longer by a random part of up to this fraction, so that calls that failed at the same time are not repeated at the same
time.
"""
LEASE_SECONDS: Final = 60
"""The lease of a delivery during its call. If the process crashes, the call is made again after this time."""
GIVES_UP_AFTER: Final = timedelta(hours=72)
"""A webhook is disabled if no call has succeeded for this time and the last attempt for an event has failed."""
KEPT_DAYS: Final = 30
PING: Final = "webhook.ping"
GONE: Final = 410
"""The HTTP status (410 Gone) with which a receiver refuses all further events. The webhook is then disabled."""


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"


class DeliveryView(msgspec.Struct, frozen=True):
    """One event for one webhook. `next_at`: the earliest time of the next call, while it is PENDING."""

    id: UUID
    event_id: UUID
    type: str
    status: DeliveryStatus
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str | None
    last_ms: int | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """One call to make now. `secrets`: those that sign it, the newest first."""

    id: UUID
    webhook_id: UUID
    event_id: UUID
    url: str
    secrets: list[str]
    body: str
    attempts: int
    traceparent: TraceParent | None = None
    """The trace context of what caused the event."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of a call. `status`: the HTTP status of the response; None: there was no response, and `error` says why."""

    delivery: DueDelivery
    status: int | None
    error: str | None
    ms: int

    @property
    def has_succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


_PENDING: Final = DeliveryStatus.PENDING.sql
_VIEW: Final = f"""
    id, event_id, type, status, attempts, CASE WHEN status = {_PENDING} THEN next_at END AS next_at, last_status, last_error, last_ms,
    created_at, finished_at
"""
_CLAIM: Final = f"""
    WITH heads AS MATERIALIZED (
        SELECT DISTINCT ON (subject_id) id, next_at, position FROM webhook_deliveries
        WHERE webhook_id = %(webhook)s AND status = {_PENDING} ORDER BY subject_id, position
    ), due AS MATERIALIZED (
        SELECT id FROM heads WHERE next_at <= coalesce(%(at)s, now()) ORDER BY next_at, position LIMIT %(limit)s
    )
    UPDATE webhook_deliveries d SET attempts = d.attempts + 1, next_at = coalesce(%(at)s, now()) + %(lease)s * interval '1 second'
    FROM webhooks w, due
    WHERE d.id = due.id AND w.id = d.webhook_id AND w.disabled_at IS NULL AND d.status = {_PENDING}
    RETURNING d.id, d.webhook_id, d.event_id, w.url, d.body, d.attempts, d.traceparent, CASE
        WHEN w.old_secret_until > coalesce(%(at)s, now()) THEN ARRAY[w.secret, w.old_secret] ELSE ARRAY[w.secret]
    END AS secrets
"""  # noqa: S608  # only constants
_SETTLE: Final = f"""
    UPDATE webhook_deliveries d SET status = s.status, next_at = coalesce(s.next_at, d.next_at), last_status = s.last_status,
        last_error = s.last_error, last_ms = s.last_ms,
        finished_at = CASE WHEN s.status = {_PENDING} THEN NULL ELSE coalesce(%s, now()) END
    FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::timestamptz[], %s::int[], %s::text[], %s::int[])
         AS s(id, attempts, status, next_at, last_status, last_error, last_ms)
    WHERE d.id = s.id AND d.attempts = s.attempts AND d.status = {_PENDING}
"""  # noqa: S608  # only constants


def route(connection: RawConnection, *, limit: int, at: datetime | None = None) -> int:
    """Take events out of the outbox, and create a delivery for each enabled webhook that is subscribed to their type. Returns the number of
    events.
    """
    events = outbox.take(connection, Reader.WEBHOOKS, limit=limit)
    subscriptions = {webhook.id: frozenset(webhook.events) for webhook in endpoints.list_webhooks(connection) if webhook.enabled}
    _store(
        connection,
        [(webhook_id, event) for event in events for webhook_id, types in subscriptions.items() if event.type in types],
        at,
    )
    return len(events)


def _store(connection: RawConnection, wanted: Sequence[tuple[UUID, WrittenEvent]], at: datetime | None) -> None:
    if not wanted:
        return
    rows = [
        (new_id(), webhook_id, event.id, event.type, event.subject_id, _body(event.type, event.at, event.data), event.traceparent)
        for webhook_id, event in wanted
    ]
    connection.execute(
        """
        INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, subject_id, body, traceparent, next_at)
        SELECT d.id, d.webhook_id, d.event_id, d.type, d.subject_id, d.body, d.traceparent, coalesce(%s, now())
        FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY
             AS d(id, webhook_id, event_id, type, subject_id, body, traceparent, position)
        ORDER BY d.position
        """,
        (at, *(list(column) for column in zip(*rows, strict=True))),
    )


def _body(kind: str, at: datetime, data: object) -> str:
    return msgspec.json.encode({"type": kind, "timestamp": at, "data": data}).decode()


def ping(connection: RawConnection, webhook_id: UUID, at: datetime) -> DeliveryView:
    """Create a delivery without an event, to test the webhook. Raises `WebhookNotFound`."""
    endpoints.get_webhook(connection, webhook_id)
    delivery_id, event_id = new_id(), new_id()
    connection.execute(
        "INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, subject_id, body) VALUES (%s, %s, %s, %s, %s, %s)",
        (delivery_id, webhook_id, event_id, PING, event_id, _body(PING, at, {"webhook_id": webhook_id})),
    )
    return _get(connection, webhook_id, delivery_id)


def list_deliveries(
    connection: RawConnection, webhook_id: UUID, *, status: DeliveryStatus | None, before: UUID | None, limit: int
) -> tuple[list[DeliveryView], UUID | None]:
    """A page of deliveries, newest first, and the cursor of the next page. Raises `WebhookNotFound`."""
    endpoints.get_webhook(connection, webhook_id)
    rows = fetch(
        connection,
        DeliveryView,
        f"""
        SELECT {_VIEW} FROM webhook_deliveries WHERE webhook_id = %(webhook)s
          AND (%(status)s::text IS NULL OR status = %(status)s)
          AND (%(before)s::uuid IS NULL OR position < (SELECT position FROM webhook_deliveries WHERE id = %(before)s))
        ORDER BY position DESC LIMIT %(limit)s
        """,  # noqa: S608  # only constants of this module
        {"webhook": webhook_id, "status": status, "before": before, "limit": limit + 1},
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def replay(connection: RawConnection, webhook_id: UUID, delivery_id: UUID) -> DeliveryView:
    """Send a delivery again, with the same event id and a new count of attempts.

    Raises:
        DeliveryNotFound
    """
    connection.execute(
        f"""
        UPDATE webhook_deliveries SET status = {_PENDING}, attempts = 0, next_at = now(), finished_at = NULL
        WHERE id = %s AND webhook_id = %s
        """,  # noqa: S608  # only constants
        (delivery_id, webhook_id),
    )
    return _get(connection, webhook_id, delivery_id)


def list_due(connection: RawConnection, at: datetime | None = None) -> list[tuple[UUID, bool]]:
    """The enabled webhooks with due deliveries, and whether the calls of each are failing."""
    return connection.execute(
        f"""
        SELECT w.id, w.failing_since IS NOT NULL FROM webhooks w WHERE w.disabled_at IS NULL AND EXISTS (
            SELECT FROM webhook_deliveries d
            WHERE d.webhook_id = w.id AND d.status = {_PENDING} AND d.next_at <= coalesce(%s, now())
        )
        """,  # noqa: S608  # only constants
        (at,),
    ).fetchall()


def claim(connection: RawConnection, webhook_id: UUID, *, limit: int, at: datetime | None = None) -> list[DueDelivery]:
    """Claim due deliveries, oldest first. The attempt is counted before the call is made. Only one process at a time calls this."""
    return fetch(connection, DueDelivery, _CLAIM, {"webhook": webhook_id, "limit": limit, "lease": LEASE_SECONDS, "at": at})


def settle(
    connection: RawConnection, made: Sequence[Attempt], at: datetime, *, retries: Sequence[timedelta] = RETRIES
) -> dict[UUID, str]:
    """Store the results of these calls. Returns the webhooks that have to be disabled, each with the reason. `retries`: the pauses between
    attempts; only a test passes others.
    """
    outcomes = [_outcome(each, at, retries) for each in made]
    rows = [
        (each.delivery.id, each.delivery.attempts, *outcome, each.status, each.error, each.ms)
        for each, outcome in zip(made, outcomes, strict=True)
    ]
    connection.execute(_SETTLE, (at, *(list(column) for column in zip(*rows, strict=True))))
    succeeded = {each.delivery.webhook_id for each in made if each.has_succeeded}
    failed = {each.delivery.webhook_id for each in made} - succeeded
    connection.execute(
        "UPDATE webhooks SET failing_since = NULL WHERE id = ANY(%s) AND failing_since IS NOT NULL", (list(succeeded),)
    )
    connection.execute("UPDATE webhooks SET failing_since = %s WHERE id = ANY(%s) AND failing_since IS NULL", (at, list(failed)))
    gone = {each.delivery.webhook_id: "the address answered 410 Gone" for each in made if each.status == GONE}
    ran_out = {
        each.delivery.webhook_id for each, (status, _) in zip(made, outcomes, strict=True) if status is DeliveryStatus.FAILED
    } & failed
    dead = connection.execute(
        "SELECT id FROM webhooks WHERE id = ANY(%s) AND failing_since <= %s", (list(ran_out), at - GIVES_UP_AFTER)
    ).fetchall()
    return dict.fromkeys((row[0] for row in dead), "no call has succeeded for 72 hours") | gone


def _outcome(attempt: Attempt, at: datetime, retries: Sequence[timedelta]) -> tuple[DeliveryStatus, datetime | None]:
    """The new status of a delivery, and the time of the next attempt."""
    if attempt.has_succeeded:
        return DeliveryStatus.DELIVERED, None
    if attempt.delivery.attempts > len(retries):
        return DeliveryStatus.FAILED, None
    pause = retries[attempt.delivery.attempts - 1]
    return DeliveryStatus.PENDING, at + pause * (1 + random.uniform(0, JITTER))


def delete_old(connection: RawConnection, *, limit: int) -> int:
    """Delete deliveries that ended more than `KEPT_DAYS` days ago. Returns how many were deleted."""
    return connection.execute(
        f"""
        WITH old AS MATERIALIZED (
            SELECT id FROM webhook_deliveries WHERE status <> {_PENDING} AND finished_at < now() - %s * interval '1 day' LIMIT %s
        )
        DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM old)
        """,  # noqa: S608  # only constants
        (KEPT_DAYS, limit),
    ).rowcount


def _get(connection: RawConnection, webhook_id: UUID, delivery_id: UUID) -> DeliveryView:
    found = fetch(
        connection,
        DeliveryView,
        f"SELECT {_VIEW} FROM webhook_deliveries WHERE id = %s AND webhook_id = %s",  # noqa: S608  # likewise
        (delivery_id, webhook_id),
    )
    if not found:
        raise DeliveryNotFound("There is no such delivery.")
    return found[0]
