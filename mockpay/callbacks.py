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
"""How often the log repeats that callbacks are not accepted."""

_log = structlog.get_logger(__name__)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 of `timestamp + "." + body`, in hexadecimal digits. `timestamp`: Unix time in seconds."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Messenger:
    """A task that delivers events when they are due. `wake()` makes it look for due events at once."""

    def __init__(self, ledger: Ledger, url: str, secret: str) -> None:
        self._ledger = ledger
        self._url = url
        self._secret = secret
        self._news = asyncio.Event()
        self._failing_since: float | None = None
        self._logged_at = 0.0

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
        delivered = True
        for _ in range(event.copies):
            delivered = await self._send(client, event) and delivered
        if delivered:
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
            response = await client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            self._log_failure("events cannot be delivered", event_id=event.id, error=repr(error))
            return False
        if not response.is_success:
            self._log_failure("events are refused", event_id=event.id, status=response.status_code)
            return False
        if self._failing_since is not None:
            _log.info("events are delivered again", seconds=round(time.monotonic() - self._failing_since, 1))
            self._failing_since = None
        return True

    def _log_failure(self, message: str, **details: object) -> None:
        """Log the first failure, and then one each minute until an event is accepted."""
        now = time.monotonic()
        if self._failing_since is None or now - self._logged_at >= REMIND_SECONDS:
            _log.warning(message, **details)
            self._logged_at = now
        self._failing_since = self._failing_since or now
