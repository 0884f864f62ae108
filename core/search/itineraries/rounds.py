"""One question for everybody who asks at the same time: its answer was begun after each of them asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Rounds:
    """Lives on the event loop. Who asks while a round is under way waits for the next one."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Wait for a round that begins now or later; raises what went wrong in it."""
        if self._running is None or self._running.done():
            self._running = joined = asyncio.ensure_future(self._round(None))
        else:
            if self._next is None:
                self._next = asyncio.ensure_future(self._round(self._running))
            joined = self._next
        # A caller that goes away must not take the round away from the others.
        await asyncio.shield(joined)

    async def _round(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
            self._running, self._next = self._next, None
        await self._ask()
