"""A Valkey server of our own, in a folder of our own."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import redis

from core.embedded import binaries, leftover, secrets
from core.embedded.accounts import Account
from core.embedded.child import Child
from core.embedded.errors import CannotStart
from core.embedded.guardian import Guardian
from core.embedded.ports import free_port, socket_folder

SETTINGS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "save": '""',
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
}
"""An evicted key would be a lost message, and a message survives a crash through the append-only file."""


class EmbeddedValkey(Child):
    """`home` keeps the data between starts. `settings` override `SETTINGS`, for tests."""

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 1.5), (signal.SIGKILL, 1.0))

    def __init__(self, home: Path, *, guardian: Guardian, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        super().__init__("valkey", log=self.home.parent / "valkey.log", guardian=guardian)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.home.stat().st_uid != os.geteuid():
            raise CannotStart(f"{self.home} belongs to another user.", "Start as that user, or choose another SKYQUEUE_DATA_DIR.")
        self._settings = {**SETTINGS, **(settings or {})}
        self._password = secrets.kept(self.home.parent / "valkey.password")
        self._port = free_port()
        self._socket = socket_folder(self.home, "valkey.sock", Account()) / "valkey.sock"
        self._pid_file = self.home / "valkey.pid"

    @property
    def url(self) -> str:
        """For any client on this machine."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def socket_url(self) -> str:
        """For our own processes: the same server without TCP."""
        return f"unix://:{self._password}@{self._socket}?db=0"

    def launch(self) -> None:
        leftover.clear(self._pid_file, self.home, signal.SIGTERM)
        (self.home / "data").mkdir(mode=0o700, exist_ok=True)
        configuration = self.home / "valkey.conf"
        secrets.write(configuration, "\n".join(f"{name} {value}" for name, value in self._configuration().items()))
        self._spawn([binaries.valkey_server(), configuration], cwd=self.home)

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def failure(self) -> CannotStart:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return CannotStart(
            f"Valkey does not start with the data in {self.home}: {lines[-1] if lines else 'it gives no reason.'}",
            f"See {self.log}. To begin with empty queues (bookings are safe in Postgres), move {self.home} away.",
        )

    def _configuration(self) -> dict[str, str]:
        return {
            **self._settings,
            "port": str(self._port),
            "unixsocket": f'"{self._socket}"',
            "unixsocketperm": "700",
            "requirepass": self._password,
            "dir": f'"{self.home / "data"}"',
            "pidfile": f'"{self._pid_file}"',
            "set-proc-title": "no",  # the command line names our folder, by which a leftover is known
        }
