"""Accounts and sessions."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import ASHA, BOOKING, MAIL, SESSION

_MAIL: Final = {
    "id": MAIL,
    "booking_id": BOOKING,
    "kind": "confirmed",
    "address": "asha@example.com",
    "subject": "You are booked · Delhi to Mumbai · K7QX2M",
    "body": "Your booking K7QX2M is confirmed.\n",
    "status": "SENT",
    "created_at": "2026-12-01T09:30:02Z",
    "sent_at": "2026-12-01T09:30:03Z",
}

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "NewAccount": {"register": {"username": "asha", "password": "a long walk in the rain"}},
    "SignIn": {"sign_in": {"grant_type": "password", "username": "asha", "password": "a long walk in the rain"}},
    "PasswordChange": {
        "another_password": {"current_password": "a long walk in the rain", "new_password": "seven lanterns on a lake"}
    },
    "MailAddressBody": {"address": {"email": "asha@example.com"}, "none": {"email": None}},
    "Farewell": {"close": {"password": "a long walk in the rain"}},
}

RESPONSES: Final[dict[str, Any]] = {
    "Account": {"id": ASHA, "username": "asha", "role": "traveller"},
    "AccessToken": {
        "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhc2hhIn0.signature",
        "token_type": "bearer",
        "expires_in": 900,
    },
    "MailAddress": {"email": "asha@example.com", "sends": True},
    "MailPage": {"data": [_MAIL], "next_cursor": None},
    "MailReportPage": {
        "data": [{"mail": _MAIL, "username": "asha", "attempts": 1, "next_at": None, "error": None}],
        "next_cursor": None,
    },
    "SessionList": {
        "data": [
            {
                "id": SESSION,
                "device": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
                "started_at": "2026-11-20T18:02:11Z",
                "last_used_at": "2026-12-01T09:28:40Z",
                "expires_at": "2026-12-31T09:28:40Z",
                "current": True,
            }
        ]
    },
}
