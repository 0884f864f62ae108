"""Create, change, disable and delete webhooks.

When the types of events that webhooks are subscribed to change, the list of the outbox is changed in the same transaction
(`core/events/outbox.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from core.clock import new_id
from core.db import RawConnection, fetch, fetch_one
from core.errors import Conflict, NotFound
from core.events import outbox
from core.events.domain_events import EventType
from core.events.outbox import Reader
from core.webhooks import signature
from core.webhooks.models import DeliveryStatus

OLD_SECRET_HOURS: Final = 24
"""How long calls have a second signature, with the old secret."""
MOST_WEBHOOKS: Final = 100
BY_HAND: Final = "by hand"
"""The reason of a webhook that an administrator has disabled."""


class WebhookNotFound(NotFound):
    code = "webhook_not_found"


class TooManyWebhooks(Conflict):
    """`limit`: the most webhooks that may exist."""

    code = "too_many_webhooks"


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook without its secret. `failing_since`: the first failed call after the last success. `waiting`: the number of deliveries that
    are still to be sent.
    """

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
    """All webhooks, newest first."""
    return fetch(connection, WebhookView, f"{_VIEW} ORDER BY w.id DESC")


def list_given_up(connection: RawConnection) -> list[WebhookView]:
    """Webhooks that were disabled because their calls failed, and not by an administrator."""
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
    """Create a webhook. Returns it, and its secret, which is not returned again.

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
    """Change a webhook. When it is enabled again, `failing_since` is removed, and its waiting deliveries are sent now."""
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
    """Replace the secret, and return the new one. For `OLD_SECRET_HOURS` calls are also signed with the old secret.

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
    """Delete a webhook and all of its deliveries.

    Raises:
        WebhookNotFound
    """
    gone = get_webhook(connection, webhook_id)
    connection.execute("DELETE FROM webhooks WHERE id = %s", (webhook_id,))
    tell_outbox(connection)
    return gone


def disable(connection: RawConnection, webhook_id: UUID, reason: str) -> bool:
    """Disable a webhook. False: it is disabled already, or does not exist."""
    disabled = connection.execute(
        "UPDATE webhooks SET disabled_at = now(), disabled_reason = %s WHERE id = %s AND disabled_at IS NULL",
        (reason, webhook_id),
    ).rowcount
    if disabled:
        tell_outbox(connection)
    return disabled == 1


def tell_outbox(connection: RawConnection) -> None:
    """Set the types of events that the outbox writes to those that the enabled webhooks are subscribed to."""
    rows = connection.execute("SELECT DISTINCT unnest(events) FROM webhooks WHERE disabled_at IS NULL").fetchall()
    outbox.listen(connection, Reader.WEBHOOKS, [EventType(kind) for (kind,) in rows])
