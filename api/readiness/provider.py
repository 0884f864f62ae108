"""Checks whether a payment provider is configured, and whether it answers."""

from __future__ import annotations

from typing import Final

from api.readiness.check import UNEXPECTED, Check, Finding
from api.readiness.codes import Code
from api.readiness.workers import WorkersCheck
from core.heartbeats.queries import Heartbeat
from core.payments.provider import ProviderProbe

NO_PROVIDER: Final = (
    "No payment provider is named (SKYQUEUE_PAYMENTS_URL), so nobody can pay: what is to be paid waits until its time is over."
)
WITHOUT_PROVIDER: Final = "has no payment provider (SKYQUEUE_PAYMENTS_URL), so the payments that it receives wait."
SILENT: Final = Finding(Code.PROVIDER_SILENT, "The payment provider does not answer; payments wait until it does.")


class ProviderCheck(Check):
    """The workers call the provider, so their settings are checked too (`core/heartbeats`). `provider`: the one of this process's settings,
    or None.
    """

    name = "provider"
    every_seconds = 2.0
    patience_seconds = 3.0
    silence = SILENT
    failure = Finding(Code.PROVIDER_SILENT, f"The payment provider {UNEXPECTED}.")

    def __init__(self, provider: ProviderProbe | None, workers: WorkersCheck) -> None:
        self._provider = provider
        self._workers = workers

    async def run(self) -> list[Finding]:
        missing = self._missing(self._workers.answering)
        if missing is not None:
            return [Finding(Code.PROVIDER_MISSING, missing)]
        if self._provider is not None and not await self._provider.answers():
            return [SILENT]
        return []

    def _missing(self, workers: list[Heartbeat] | None) -> str | None:
        """The sentence about workers without a provider; None if all have one."""
        if workers is None:
            return None
        without = [each for each in workers if not each.has_provider]
        if not workers and self._provider is not None:
            return None
        if len(without) == len(workers):
            return NO_PROVIDER
        if without:
            return f"The worker on {without[0].host} (process {without[0].pid}) {WITHOUT_PROVIDER}"
        return None

    async def close(self) -> None:
        if self._provider is not None:
            await self._provider.close()
