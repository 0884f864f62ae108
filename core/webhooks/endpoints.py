"""Webhooks: create, change, disable and delete them. The outbox always has the same list.

Every change of the wanted types is written to the outbox in the same transaction (`core/events/outbox.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.errors import AppError, NotFound
from core.events import outbox
from core.events.domain_events import EventType
from core.events.outbox import Reader
from core.webhooks import signature
from core.webhooks.models import DeliveryStatus

OLD_SECRET_HOURS: Final = 24
"""How long calls carry a signature of the old secret, too."""
MOST_WEBHOOKS: Final = 100
BY_HAND: Final = "by hand"
"""Why it is disabled when somebody wanted it so."""


class WebhookNotFound(NotFound):
    code = "webhook_not_found"


class TooManyWebhooks(AppError):
    """`limit`: how many there may be."""

    code = "too_many_webhooks"
    status = HTTPStatus.CONFLICT


class WebhookView(msgspec.Struct, frozen=True):
    """An address without its secret. `failing_since`: no call has succeeded since. `waiting`: deliveries that are still to come."""

    id: UUID
    url: str
    description: str | None
    events: list[EventType]
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    waiting: int


_VIEW: Final = f"""
    SELECT w.id, w.url, w.description, w.events, w.disabled_at IS NULL AS enabled, w.disabled_at, w.disabled_reason, w.failing_since,
           CASE WHEN w.old_secret_until > now() THEN w.old_secret_until END AS old_secret_until, w.created_at,
           (SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = {DeliveryStatus.PENDING.sql}) AS waiting
    FROM webhooks w
"""  # noqa: S608  # only constants


def list_webhooks(connection: RawConnection) -> list[WebhookView]:
    """All of them, newest first."""
    return fetch(connection, WebhookView, f"{_VIEW} ORDER BY w.id DESC")


def list_given_up(connection: RawConnection) -> list[WebhookView]:
    """Those that were disabled because they failed, not by hand."""
    return fetch(connection, WebhookView, f"{_VIEW} WHERE w.disabled_reason <> %s ORDER BY w.id", (BY_HAND,))


def get_webhook(connection: RawConnection, webhook_id: UUID) -> WebhookView:
    """Raises `WebhookNotFound`."""
    found = fetch_one(connection, WebhookView, f"{_VIEW} WHERE w.id = %s", (webhook_id,))
    if found is None:
        raise WebhookNotFound("There is no such webhook.")
    return found


def create(
    connection: RawConnection, url: str, events: Collection[EventType], description: str | None
) -> tuple[str, WebhookView]:
    """A new webhook and its secret, which is only returned here.

    Raises:
        TooManyWebhooks
    """
    if len(list_webhooks(connection)) >= MOST_WEBHOOKS:
        raise TooManyWebhooks(f"There are {MOST_WEBHOOKS} webhooks. Delete those that nobody needs.", limit=MOST_WEBHOOKS)
    webhook_id, secret = new_id(), signature.new_secret()
    connection.execute(
        "INSERT INTO webhooks (id, url, description, events, secret) VALUES (%s, %s, %s, %s, %s)",
        (webhook_id, url, description, sorted(set(events)), secret),
    )
    tell_outbox(connection)
    return secret, get_webhook(connection, webhook_id)


def change(
    connection: RawConnection,
    webhook_id: UUID,
    *,
    url: str,
    events: Collection[EventType],
    description: str | None,
    enabled: bool,
) -> WebhookView:
    """Enabled again, it is no longer failing, and what waits for it is sent now."""
    connection.execute(
        """
        UPDATE webhooks SET url = %(url)s, events = %(events)s, description = %(description)s,
            failing_since = CASE WHEN %(enabled)s AND disabled_at IS NOT NULL THEN NULL ELSE failing_since END,
            disabled_reason = CASE WHEN %(enabled)s THEN NULL ELSE coalesce(disabled_reason, %(by_hand)s) END,
            disabled_at = CASE WHEN %(enabled)s THEN NULL ELSE coalesce(disabled_at, now()) END
        WHERE id = %(id)s
        """,
        {
            "id": webhook_id,
            "url": url,
            "events": sorted(set(events)),
            "description": description,
            "enabled": enabled,
            "by_hand": BY_HAND,
        },
    )
    tell_outbox(connection)
    return get_webhook(connection, webhook_id)


def rotate_secret(connection: RawConnection, webhook_id: UUID) -> tuple[str, WebhookView]:
    """A new secret; for a day calls are signed with the one before it, too.

    Raises:
        WebhookNotFound
    """
    secret = signature.new_secret()
    connection.execute(
        """
        UPDATE webhooks SET old_secret = secret, old_secret_until = now() + %s * interval '1 hour', secret = %s WHERE id = %s
        """,
        (OLD_SECRET_HOURS, secret, webhook_id),
    )
    return secret, get_webhook(connection, webhook_id)


def delete(connection: RawConnection, webhook_id: UUID) -> WebhookView:
    """With what waits for it and its log.

    Raises:
        WebhookNotFound
    """
    gone = get_webhook(connection, webhook_id)
    connection.execute("DELETE FROM webhooks WHERE id = %s", (webhook_id,))
    tell_outbox(connection)
    return gone


def disable(connection: RawConnection, webhook_id: UUID, reason: str) -> bool:
    """Send nothing more there. False: it was disabled, or is gone."""
    disabled = connection.execute(
        "UPDATE webhooks SET disabled_at = now(), disabled_reason = %s WHERE id = %s AND disabled_at IS NULL",
        (reason, webhook_id),
    ).rowcount
    if disabled:
        tell_outbox(connection)
    return disabled == 1


def tell_outbox(connection: RawConnection) -> None:
    """Let the outbox write what the enabled addresses want, and nothing else."""
    rows = connection.execute("SELECT DISTINCT unnest(events) FROM webhooks WHERE disabled_at IS NULL").fetchall()
    outbox.listen(connection, Reader.WEBHOOKS, [EventType(kind) for (kind,) in rows])
