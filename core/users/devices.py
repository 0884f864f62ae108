"""Devices that have signed in to an account before, known by a cookie that only we can make.

Whoever guesses passwords from elsewhere uses up the allowance of elsewhere; a device that is known has one of its own. Nothing is
stored here: the cookie holds a random name of the device and a signature that binds it to the account.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

COOKIE: Final = "skyqueue_device_"
"""Followed by eight characters that differ from account to account: a family shares a browser."""
DEVICE_BYTES: Final = 16


class KnownDevices:
    """`secret`: the deployment's, which signs access tokens too."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"skyqueue known devices", hashlib.sha256)

    def cookie_of(self, username: str) -> str:
        """The name of the cookie in which a device proves that it knows `username`."""
        return COOKIE + self._sign(username, "")[:8]

    def remember(self, username: str) -> str:
        """The cookie's value for a device that has just signed in."""
        device = secrets.token_hex(DEVICE_BYTES)
        return f"{device}.{self._sign(username, device)}"

    def recognise(self, username: str, value: str | None) -> str | None:
        """The device's name, if the cookie is ours and of this account."""
        device, _, signature = (value or "").partition(".")
        is_ours = len(device) == 2 * DEVICE_BYTES and hmac.compare_digest(
            signature.encode(), self._sign(username, device).encode()
        )
        return device if is_ours else None

    def _sign(self, username: str, device: str) -> str:
        return hmac.digest(self._key, f"{device} {username}".encode(), hashlib.sha256).hex()
