"""Devices that have signed in to an account before, recognized by a signed cookie.

Wrong passwords are counted for each known device apart, so a stranger who guesses passwords does not lock out the devices of the owner. The
server stores nothing about devices: the cookie has a random name of the device, and a signature that binds it to the account.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

COOKIE: Final = "skyqueue_device_"
"""The beginning of the cookie's name. Eight characters follow that depend on the account, because several accounts may share a browser."""
DEVICE_BYTES: Final = 16


class KnownDevices:
    """Makes and checks the cookies. `secret`: the secret that also signs access tokens."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"skyqueue known devices", hashlib.sha256)

    def cookie_name(self, username: str) -> str:
        """The name of the cookie of a device that has signed in as `username`."""
        return COOKIE + self._sign(username, "")[:8]

    def new_cookie(self, username: str) -> str:
        """The value of the cookie for a device that has just signed in as `username`."""
        device = secrets.token_hex(DEVICE_BYTES)
        return f"{device}.{self._sign(username, device)}"

    def recognize(self, username: str, value: str | None) -> str | None:
        """The name of the device, if `value` is a cookie that was signed here for this account; else None."""
        device, _, signature = (value or "").partition(".")
        is_genuine = len(device) == 2 * DEVICE_BYTES and hmac.compare_digest(
            signature.encode(), self._sign(username, device).encode()
        )
        return device if is_genuine else None

    def _sign(self, username: str, device: str) -> str:
        return hmac.digest(self._key, f"{device} {username}".encode(), hashlib.sha256).hex()
