"""Sign and verify callbacks of the provider: HMAC-SHA256 of the timestamp, a dot, and the raw body."""

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
    """The callback was signed long ago and is replayed, or a clock is wrong. The provider signs each repetition of an event again."""

    code = "callback_too_old"
    status = HTTPStatus.BAD_REQUEST


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature, in hexadecimal digits. `timestamp`: Unix time in seconds, as in the header."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, timestamp: str | None, signature: str | None, body: bytes, at: datetime) -> None:
    """Check the signature and the time of a callback.

    Raises:
        CallbackNotSigned: a header is missing, or the signature was not made with `secret`.
        CallbackTooOld: it was signed more than `TOLERANCE_SECONDS` before or after `at`.
    """
    expected = sign(secret, timestamp or "", body)
    # In constant time; and as bytes, because `compare_digest` refuses text that is not ASCII, and a header may hold any.
    if timestamp is None or signature is None or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise CallbackNotSigned("This callback is not signed with our secret.")
    if not _UNIX_SECONDS.fullmatch(timestamp) or abs(at.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise CallbackTooOld("This callback was signed too long ago.")
