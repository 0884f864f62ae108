"""The results of all checks, refreshed in the background, so that `/health/ready` answers at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from api.readiness.check import Cause, Check, Watch


class Readiness:
    """Runs the checks for as long as the application runs. Used on one event loop only."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._watches = [Watch(check) for check in checks]

    def causes(self) -> list[Cause]:
        """The problems of this process; fatal ones come first."""
        return sorted((cause for watch in self._watches for cause in watch.causes), key=lambda cause: not cause.is_fatal)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Run every check now, and then repeat it until the block ends."""
        await asyncio.gather(*(watch.run_now() for watch in self._watches))
        running = [asyncio.create_task(watch.run()) for watch in self._watches]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for watch in self._watches:
                await watch.close()
