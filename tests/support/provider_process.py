"""The practice provider as a process that a test can kill and freeze."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port
from tests.support.money import PracticeProvider
from tests.support.waiting import until


class ProviderProcess:
    """Its ledger and its port stay the same when it is killed."""

    def __init__(self, ledger: Path, guardian: Guardian) -> None:
        self._port = free_port()
        self._ledger = ledger
        self._guardian = guardian
        self._process: subprocess.Popen[bytes] | None = None
        self.practice = PracticeProvider(f"http://127.0.0.1:{self._port}")

    def start(self) -> None:
        environment = {**os.environ, "MOCKPAY_PORT": str(self._port), "MOCKPAY_LEDGER": str(self._ledger)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mockpay"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._guardian.watch(self._process.pid, signal.SIGTERM, signal.SIGKILL)
        until(self._answers, seconds=30)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._guardian.unwatch(self._process.pid)
            self._process = None

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None, "it does not run"
        self._process.send_signal(number)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.practice.base_url}/health", timeout=1, verify=False).is_success
        except httpx.HTTPError:
            return False


@pytest.fixture
def provider_process(tmp_path: Path, guardian: Guardian) -> Iterator[ProviderProcess]:
    provider = ProviderProcess(tmp_path / "ledger.sqlite", guardian)
    yield provider
    provider.kill()
