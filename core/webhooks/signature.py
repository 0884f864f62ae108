"""The signature of a call, by the Standard Webhooks scheme (version 1.0): HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(keys: Sequence[str], message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a call. `keys`: the secrets that are valid now, newest first. `at`: seconds since 1970."""
    signed = b"%b.%d.%b" % (message_id.encode(), at, body)
    signatures = [b64encode(hmac.digest(b64decode(key.removeprefix(PREFIX)), signed, "sha256")).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
