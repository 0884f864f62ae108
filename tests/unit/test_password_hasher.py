"""The queues before the hashing of passwords."""

from __future__ import annotations

import asyncio

import pytest

from api.live import password_hasher
from api.live.password_hasher import HashingQueue

pytestmark = pytest.mark.anyio


async def test_a_queue_has_a_limit_and_refuses_further_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_hasher, "WAITING_FOR_EACH", 3)
    queue, at_work, done = HashingQueue(1, "new accounts"), asyncio.Event(), asyncio.Event()

    async def register() -> None:
        async with queue.slot():
            at_work.set()
            await done.wait()

    everybody = [asyncio.create_task(register()) for _ in range(6)]
    await at_work.wait()
    done.set()
    refusals = [str(refused) for refused in await asyncio.gather(*everybody, return_exceptions=True) if refused is not None]
    assert refusals == ["Too many new accounts at once; try again shortly."] * 2


async def test_what_a_queue_runs_is_run_in_a_thread() -> None:
    queue = HashingQueue(1, "sign-ins")
    async with queue.slot():
        assert await queue.run(lambda: 7) == 7
