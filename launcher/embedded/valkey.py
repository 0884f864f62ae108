"""The embedded Valkey server, with its data in the data folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import redis

from core.redis import clients
from core.startup import CannotStart
from launcher.embedded import binaries, orphans, secrets, startup_errors
from launcher.embedded.accounts import Account
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port, socket_folder

SETTINGS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "save": '""',
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
}
"""No key is evicted, because it could be a message; and the append-only file keeps messages through a crash."""


class EmbeddedValkey(Child):
    """`home`: the folder of the data. `settings` override `SETTINGS`, for tests."""

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ((signal.SIGTERM, 1.5), (signal.SIGKILL, 1.0))
    reopens_log: ClassVar[bool] = True  # Valkey opens the file for each line

    def __init__(self, home: Path, *, guardian: Guardian, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        super().__init__("valkey", log=self.home.parent / "valkey.log", guardian=guardian)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.home.stat().st_uid != os.geteuid():
            raise CannotStart(f"{self.home} belongs to another user.", "Start as that user, or choose another SKYQUEUE_DATA_DIR.")
        self._settings = {**SETTINGS, **(settings or {})}
        self._password = secrets.load_or_create(self.home.parent / "valkey.password")
        self._port = free_port()
        self._socket = socket_folder(self.home, "valkey.sock", Account()) / "valkey.sock"
        self._pid_file = self.home / "valkey.pid"

    @property
    def url(self) -> str:
        """The address for any client on this machine."""
        return f"redis://:{quote(self._password, safe='')}@127.0.0.1:{self._port}/0"

    @property
    def socket_url(self) -> str:
        """The address for processes of Skyqueue: the same server through a Unix socket."""
        return f"unix://:{quote(self._password, safe='')}@{quote(str(self._socket), safe='/')}?db=0"

    def launch(self) -> None:
        orphans.end_server(self._pid_file, self.home, signal.SIGTERM)
        (self.home / "data").mkdir(mode=0o700, exist_ok=True)
        # In the folder of the socket, whose path has no special characters. Valkey takes `?` and `[` in the path of its configuration file for a
        # pattern, and then starts without the file.
        configuration = self._socket.with_name("valkey.conf")
        secrets.write(configuration, "\n".join(f"{name} {value}" for name, value in self._configuration().items()))
        # The command line has the path of our folder, by which `orphans.py` recognizes the process.
        self._spawn([binaries.valkey_server(), configuration, "--dir", self.home / "data"], cwd=self.home)

    def is_ready(self) -> bool:
        try:
            return all(map(_answers, (self.url, self.socket_url)))
        except redis.RedisError:
            return False

    def _failure(self) -> CannotStart:
        remedy = "To begin with empty queues (bookings are safe in Postgres)"
        return startup_errors.failure("Valkey", self.home, self.recent_log, self.log, remedy=remedy)

    def _configuration(self) -> dict[str, str]:
        return {
            **self._settings,
            "port": str(self._port),
            "unixsocket": _quoted(self._socket),
            "unixsocketperm": "700",
            "requirepass": _quoted(self._password),
            "pidfile": _quoted(self._pid_file),
            "logfile": _quoted(self.log),
            "set-proc-title": "no",  # the command line stays unchanged, see `launch`
        }


def _answers(url: str) -> bool:
    with clients.connect(url, seconds=1) as client:
        return bool(client.ping())


def _quoted(value: str | Path) -> str:
    """A value in quotes, as one argument in the configuration file."""
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
