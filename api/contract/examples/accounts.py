"""Accounts and sessions."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import ASHA, SESSION

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "NewAccount": {"register": {"username": "asha", "password": "a long walk in the rain"}},
    "SignIn": {"sign_in": {"grant_type": "password", "username": "asha", "password": "a long walk in the rain"}},
    "PasswordChange": {
        "another_password": {"current_password": "a long walk in the rain", "new_password": "seven lanterns on a lake"}
    },
    "Farewell": {"close": {"password": "a long walk in the rain"}},
}

ANSWERS: Final[dict[str, Any]] = {
    "Account": {"id": ASHA, "username": "asha", "role": "traveller"},
    "AccessToken": {
        "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhc2hhIn0.signature",
        "token_type": "bearer",
        "expires_in": 900,
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
