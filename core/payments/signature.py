"""Is a callback really the provider's, and of now? HMAC-SHA256 over the timestamp, a dot, and the raw body."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from http import HTTPStatus
from typing import Final

from core.errors import AppError

TOLERANCE_SECONDS: Final = 300
_UNIX_SECONDS: Final = re.compile(r"[0-9]{1,12}")


class CallbackNotSigned(AppError):
    code = "callback_not_signed"
    status = HTTPStatus.UNAUTHORIZED


class CallbackTooOld(AppError):
    """Signed once, and replayed; or a clock is wrong. The provider signs anew each time it repeats an event."""

    code = "callback_too_old"
    status = HTTPStatus.BAD_REQUEST


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature, in hex. `timestamp` is in unix seconds, as it stands in the header."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, timestamp: str | None, signature: str | None, body: bytes, at: datetime) -> None:
    """Let a genuine callback pass.

    Raises:
        CallbackNotSigned: a header is missing, or the signature is another's.
        CallbackTooOld: signed more than five minutes before or after `at`.
    """
    expected = sign(secret, timestamp or "", body)
    # Compared as bytes, because a header may hold anything; and in constant time.
    if timestamp is None or signature is None or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise CallbackNotSigned("This callback is not signed with our secret.")
    if not _UNIX_SECONDS.fullmatch(timestamp) or abs(at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise CallbackTooOld("This callback was signed too long ago.")
