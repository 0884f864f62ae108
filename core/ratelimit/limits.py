"""What is limited, and how generously. The whole table is switched off by `SKYQUEUE_RATE_LIMITS=off`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a bucket counts, and whose it is."""

    BOOKING_USER = "booking-user"
    UPLOAD_USER = "upload-user"
    LOOKUP_USER = "lookup-user"
    """References are no secret, so guessing the surname to one must be slow: for an account,"""
    LOOKUP_ADDRESS = "lookup-address"
    """for an address with many accounts,"""
    LOOKUP_REFERENCE = "lookup-reference"
    """and for one reference, whoever asks with a surname."""
    TICKET_USER = "ticket-user"
    """To draw a ticket takes a tenth of a second of a processor."""
    LOGIN_DEVICE = "login-device"
    """Wrong passwords to one account from one device that has signed in to it before. A right one empties this and the next two."""
    LOGIN_GUESS = "login-guess"
    """Wrong passwords to one account from one address, without such a device."""
    LOGIN_ACCOUNT = "login-account"
    """Wrong passwords to one account from anywhere, without such a device: a crowd of addresses has a limit, too."""
    LOGIN_ADDRESS = "login-address"
    REGISTER_ADDRESS = "register-address"
    REFRESH_ADDRESS = "refresh-address"


@dataclass(frozen=True, slots=True)
class Limit:
    """`per_minute` in the long run, `burst` at once.

    `lease` tokens are fetched in one round trip and spent by the process that fetched them: a caller may exceed the burst by
    one lease per process, and most checks cost nothing. 1 is exact.
    """

    per_minute: int
    burst: int
    lease: int = 1

    def seconds_to_fill(self, tokens: int) -> int:
        """How long so many tokens take to flow in."""
        return math.ceil(tokens * 60 / self.per_minute)


LIMITS: Final[dict[Scope, Limit]] = {
    Scope.BOOKING_USER: Limit(per_minute=6000, burst=1000, lease=50),
    Scope.UPLOAD_USER: Limit(per_minute=30, burst=10),
    Scope.LOOKUP_USER: Limit(per_minute=60, burst=60),
    Scope.LOOKUP_ADDRESS: Limit(per_minute=300, burst=300),
    Scope.LOOKUP_REFERENCE: Limit(per_minute=10, burst=20),
    Scope.TICKET_USER: Limit(per_minute=30, burst=20),
    Scope.LOGIN_DEVICE: Limit(per_minute=10, burst=10),
    Scope.LOGIN_GUESS: Limit(per_minute=10, burst=10),
    Scope.LOGIN_ACCOUNT: Limit(per_minute=120, burst=600),
    Scope.LOGIN_ADDRESS: Limit(per_minute=1200, burst=1000),
    Scope.REGISTER_ADDRESS: Limit(per_minute=1200, burst=1000),
    Scope.REFRESH_ADDRESS: Limit(per_minute=1200, burst=1000),
}
