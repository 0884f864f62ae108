"""The headers `RateLimit-Policy` and `RateLimit` (IETF draft): how much is left of the limits that counted the request.

Only limits of the caller alone are shown. For a limit that several clients share, such as wrong passwords for one account, the
header would show what other clients do.
"""

from __future__ import annotations

from typing import Any, Final

from core.ratelimit.limiter import RateLimited, RateLimiter
from core.ratelimit.limits import LIMITS, Scope
from core.telemetry.metrics import RATE_LIMIT_REFUSALS

STATE: Final = "rate_limits"
"""The key in the state of a request. The value: scope -> what is left of its limit."""
SHARED: Final = frozenset({Scope.LOGIN_ACCOUNT, Scope.LOOKUP_REFERENCE})


async def count(state: dict[str, Any], limiter: RateLimiter, scope: Scope, who: object) -> None:
    """Count one `scope` of `who`, and note what is left of it for the response. `state`: of the request.

    Raises:
        RateLimited
    """
    try:
        await limiter.check(scope, who)
    except RateLimited:
        _note(state, scope, 0)
        RATE_LIMIT_REFUSALS.labels(scope).inc()
        raise
    if limiter.enabled:
        _note(state, scope, limiter.left(scope, who))


def forget(state: dict[str, Any], scope: Scope) -> None:
    """Remove a scope from the headers, after its count was undone."""
    state.get(STATE, {}).pop(scope, None)


def _note(state: dict[str, Any], scope: Scope, left: int) -> None:
    if scope not in SHARED:
        state.setdefault(STATE, {})[scope] = left


def headers_of(state: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """The two headers. `q`: requests in `w` seconds; `r`: requests that are left; `t`: seconds until all `q` are available again."""
    noted: dict[Scope, int] = state.get(STATE, {})
    if not noted:
        return []
    policies, standings = [], []
    for scope, left in noted.items():
        limit = LIMITS[scope]
        policies.append(f'"{scope}";q={limit.burst};w={limit.seconds_to_fill(limit.burst)}')
        standings.append(f'"{scope}";r={left};t={limit.seconds_to_fill(limit.burst - left)}')
    return [(b"ratelimit-policy", ", ".join(policies).encode()), (b"ratelimit", ", ".join(standings).encode())]
