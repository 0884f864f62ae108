"""The table of rate limits. `SKYQUEUE_RATE_LIMITS=off` switches all of them off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a bucket counts, and for whom."""

    BOOKING_USER = "booking-user"
    UPLOAD_USER = "upload-user"
    LOOKUP_USER = "lookup-user"
    """References of bookings are not secret, so guessing the surname of one must be slow. Three limits: for each account,"""
    LOOKUP_ADDRESS = "lookup-address"
    """for each address, which may use many accounts,"""
    LOOKUP_REFERENCE = "lookup-reference"
    """and for each reference, for all clients together."""
    TICKET_USER = "ticket-user"
    """Making a ticket takes a tenth of a second of processor time."""
    LOGIN_DEVICE = "login-device"
    """Wrong passwords for one account from a device that has signed in to it before. A correct password resets this and the next
    two.
    """
    LOGIN_GUESS = "login-guess"
    """Wrong passwords for one account from one address, without such a device."""
    LOGIN_ACCOUNT = "login-account"
    """Wrong passwords for one account from all addresses together, without such a device."""
    LOGIN_ADDRESS = "login-address"
    REGISTER_ADDRESS = "register-address"
    REFRESH_ADDRESS = "refresh-address"


@dataclass(frozen=True, slots=True)
class Limit:
    """`per_minute`: the long-term rate. `burst`: how many at once.

    `lease`: how many tokens a process takes in one round trip, to spend them itself. With more than 1, most checks need no round
    trip: a client that is new to the process gets the first lease without a request to Redis, which subtracts it together with the second
    one. So a client may exceed the burst by one lease for each process. 1 is exact.
    """

    per_minute: int
    burst: int
    lease: int = 1

    def seconds_to_fill(self, tokens: int) -> int:
        """How many seconds it takes until so many tokens have been added."""
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
