"""Send callbacks with the outcomes of charges to the merchant: signed, and repeated until they are accepted."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import Final

import httpx
import structlog

from mockpay.ledger import Event, Ledger

FIRST_RETRY_SECONDS: Final = 0.5
LAST_RETRY_SECONDS: Final = 60.0
ATTEMPTS: Final = 12
AT_ONCE: Final = 32
IDLE_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 5.0
REMIND_SECONDS: Final = 60.0
"""How often it is told that a merchant does not listen."""

_log = structlog.get_logger(__name__)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256, in hex, over `timestamp + "." + body`; `timestamp` is in unix seconds."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Messenger:
    """A task that delivers what is due. `wake()` makes it look at once."""

    def __init__(self, ledger: Ledger, url: str, secret: str) -> None:
        self._ledger = ledger
        self._url = url
        self._secret = secret
        self._news = asyncio.Event()
        self._unheard_since: float | None = None
        self._told_at = 0.0

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            while True:
                self._news.clear()
                due = await asyncio.to_thread(self._ledger.due_events, AT_ONCE)
                await asyncio.gather(*(self._deliver(client, event) for event in due))
                if not due:
                    try:
                        await asyncio.wait_for(self._news.wait(), IDLE_SECONDS)
                    except TimeoutError:
                        continue

    async def _deliver(self, client: httpx.AsyncClient, event: Event) -> None:
        heard = True
        for _ in range(event.copies):
            heard = await self._send(client, event) and heard
        if heard:
            await asyncio.to_thread(self._ledger.delivered, event.id)
            return
        again_in = min(FIRST_RETRY_SECONDS * 2**event.attempts, LAST_RETRY_SECONDS) if event.attempts + 1 < ATTEMPTS else None
        await asyncio.to_thread(self._ledger.not_delivered, event.id, again_in)

    async def _send(self, client: httpx.AsyncClient, event: Event) -> bool:
        body, timestamp = event.body.encode(), str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "x-payment-timestamp": timestamp,
            "x-payment-signature": signature(self._secret, timestamp, body),
        }
        try:
            answer = await client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            self._not_heard("events cannot be delivered", event_id=event.id, error=repr(error))
            return False
        if not answer.is_success:
            self._not_heard("events are refused", event_id=event.id, status=answer.status_code)
            return False
        if self._unheard_since is not None:
            _log.info("events are delivered again", seconds=round(time.monotonic() - self._unheard_since, 1))
            self._unheard_since = None
        return True

    def _not_heard(self, told: str, **details: object) -> None:
        """Tell it when it begins, and once a minute while nothing is heard."""
        now = time.monotonic()
        if self._unheard_since is None or now - self._told_at >= REMIND_SECONDS:
            _log.warning(told, **details)
            self._told_at = now
        self._unheard_since = self._unheard_since or now
