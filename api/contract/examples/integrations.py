"""Keys for programs, webhooks, and the results of their calls."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import ADMIN, DELIVERY, EVENT, KEY, WEBHOOK

KEY_VIEW: Final[dict[str, Any]] = {
    "id": KEY,
    "name": "the shop",
    "scopes": ["book"],
    "hint": "sk_Zr7Qf",
    "user_id": ADMIN,
    "created_at": "2026-12-01T08:00:00Z",
    "last_used_at": "2026-12-01T09:30:00Z",
    "revoked_at": None,
}
WEBHOOK_VIEW: Final[dict[str, Any]] = {
    "id": WEBHOOK,
    "url": "https://shop.example/hooks",
    "description": "Tickets of the shop",
    "events": ["booking.confirmed", "booking.cancelled"],
    "enabled": True,
    "disabled_at": None,
    "disabled_reason": None,
    "failing_since": None,
    "old_secret_until": None,
    "created_at": "2026-12-01T08:00:00Z",
    "waiting": 0,
}
DELIVERY_VIEW: Final[dict[str, Any]] = {
    "id": DELIVERY,
    "event_id": EVENT,
    "type": "booking.confirmed",
    "status": "DELIVERED",
    "attempts": 1,
    "next_at": None,
    "last_status": 204,
    "last_error": None,
    "last_ms": 84,
    "created_at": "2026-12-01T09:30:00Z",
    "finished_at": "2026-12-01T09:30:00.6Z",
}
WAITING: Final[dict[str, Any]] = {
    **DELIVERY_VIEW,
    "status": "PENDING",
    "attempts": 0,
    "next_at": "2026-12-01T09:31:00Z",
    "last_status": None,
    "last_ms": None,
    "finished_at": None,
}
SECRET: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"  # noqa: S105  # an invented secret

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "ApiKeyBody": {"for_a_shop": {"name": "the shop", "scopes": ["book"]}},
    "WebhookBody": {
        "tickets": {
            "url": "https://shop.example/hooks",
            "events": ["booking.confirmed", "booking.cancelled"],
            "description": "Tickets of the shop",
        }
    },
    "WebhookChange": {"disable": {"enabled": False}, "other_events": {"events": ["booking.confirmed"]}},
}
RESPONSES: Final[dict[str, Any]] = {
    "NewApiKey": {"key": "sk_Zr7QfP2m9vXc4LkT8wYbN1sHdJ6gUaE3oRiV5tCxBqA", "api_key": {**KEY_VIEW, "last_used_at": None}},
    "ApiKeyList": {"data": [KEY_VIEW]},
    "WebhookWithSecret": {"secret": SECRET, "webhook": WEBHOOK_VIEW},
    "WebhookView": WEBHOOK_VIEW,
    "WebhookList": {"data": [WEBHOOK_VIEW]},
    "DeliveryView": WAITING,
    "DeliveryPage": {"data": [DELIVERY_VIEW], "next_cursor": None},
}
