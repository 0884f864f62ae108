"""Check a password: wrong ones are counted and limited, and hashing waits for a free slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import Meta

from api.limits import rate_limits
from api.limits.addresses import address_of
from api.services import Services, SignedRequest
from core.ratelimit.limits import Scope
from core.text.patterns import PASSWORD_MAX
from core.users.credentials import PASSWORD_MIN

Password = Annotated[str, Meta(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX, examples=["a long walk in the rain"])]
Given = Annotated[str, Meta(max_length=256)]
"""A password or a username, as it was typed."""

T = TypeVar("T")


async def checked(request: SignedRequest, services: Services, username: str, work: Callable[[], T]) -> T:
    """Call `work`, which hashes a password of `username`, and return its result. None, or an exception, means that the password
    was wrong.

    Raises:
        RateLimited: too many wrong passwords from this device or address, or for this account.
        Overloaded: too many requests wait for hashing.
    """
    allowances = allowances_of(request, services, username)
    queue = services.hashing.sign_ins
    async with queue.slot():
        for scope, whose in allowances:
            await rate_limits.count(request.scope["state"], services.limiter, scope, whose)
        found = await queue.run(work)
        if found is not None:
            for scope, whose in allowances:
                await services.limiter.reset(scope, whose)
                rate_limits.forget(request.scope["state"], scope)
    return found


def allowances_of(request: SignedRequest, services: Services, username: str) -> list[tuple[Scope, str]]:
    """The limits that a wrong password counts against: that of the device if it has signed in to the account before, else those of the
    address and the account.
    """
    device = services.devices.recognize(username, request.cookies.get(services.devices.cookie_name(username)))
    if device is not None:
        return [(Scope.LOGIN_DEVICE, f"{username} {device}")]
    # In this order, so that a request that is refused because of its address does not count against the account.
    return [(Scope.LOGIN_GUESS, f"{username} {address_of(request)}"), (Scope.LOGIN_ACCOUNT, username)]
