"""One refresh for all callers that wait at the same time. It starts after the call of each of them, so its result is recent enough for all
of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class SharedRefresh:
    """Use it on the event loop only. A caller that comes while a refresh is running waits for the next one."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Wait for a refresh that begins now or later. Raises its error."""
        if self._running is None or self._running.done():
            self._running = joined = asyncio.ensure_future(self._refresh(None))
        else:
            if self._next is None:
                self._next = asyncio.ensure_future(self._refresh(self._running))
            joined = self._next
        # A caller that is cancelled must not cancel the refresh of the others.
        await asyncio.shield(joined)

    async def _refresh(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
            self._running, self._next = self._next, None
        await self._ask()
