"""What this process knows about everything that it needs, looked up in the background: the answer is there before the question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from api.readiness.look import Cause, Look, Watch


class Readiness:
    """Watches for as long as the application runs. Lives on one event loop."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._watches = [Watch(look) for look in looks]

    def causes(self) -> list[Cause]:
        """Why this process cannot work, or not as it should; what is fatal comes first."""
        return sorted((cause for watch in self._watches for cause in watch.causes), key=lambda cause: not cause.is_fatal)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look at everything now, and then again and again until the block ends."""
        await asyncio.gather(*(watch.ask() for watch in self._watches))
        running = [asyncio.create_task(watch.run()) for watch in self._watches]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for watch in self._watches:
                await watch.close()
