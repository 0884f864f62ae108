"""A Postgres server of our own, in a folder of our own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg

from core.embedded import accounts, binaries, leftover, secrets
from core.embedded.child import Child
from core.embedded.errors import CannotStart
from core.embedded.guardian import Guardian
from core.embedded.ports import free_port, socket_folder

NAME = "skyqueue"
"""Of the role and of the database."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
"""For a laptop: nobody replicates from it, its disk is fast, its queries are short. Durability stays at the safe defaults."""


class EmbeddedPostgres(Child):
    """`home` keeps the data between starts. `settings` override `SETTINGS`."""

    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = (
        (signal.SIGINT, 5.0),
        (signal.SIGQUIT, 2.0),
        (signal.SIGKILL, 1.0),
    )

    def __init__(self, home: Path, *, guardian: Guardian, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.absolute()
        super().__init__("postgres", log=self.home.parent / "postgres.log", guardian=guardian)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._settings = {**SETTINGS, **(settings or {})}
        self._account = accounts.choose(binaries.postgres("postgres"), self.home)
        self._password = secrets.kept(self.home.parent / "postgres.password")
        self._data = self.home / "data"
        self._port = free_port()
        self._sockets = socket_folder(self.home, ".s.PGSQL.65535.lock", self._account)

    @property
    def url(self) -> str:
        """For any client on this machine."""
        return self.url_of(NAME)

    def url_of(self, database: str) -> str:
        return f"postgresql://{NAME}:{self._password}@127.0.0.1:{self._port}/{database}"

    @property
    def socket_url(self) -> str:
        """For our own processes: the same database without TCP."""
        return f"postgresql://{NAME}:{self._password}@/{NAME}?host={quote(str(self._sockets), safe='/')}&port={self._port}"

    def launch(self) -> None:
        if not self._data.exists():
            self._create()
        leftover.clear(self._data / "postmaster.pid", self.home, signal.SIGQUIT)
        leftover.end_workers(self._data, "postgres: ", signal.SIGQUIT)
        settings = {**self._settings, "unix_socket_directories": str(self._sockets), "unix_socket_permissions": "0700"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._spawn(
            [binaries.postgres("postgres"), "-D", self._data, "-p", str(self._port), *options],
            cwd=self.home,
            account=self._account,
        )

    def is_ready(self) -> bool:
        """Whether the database answers; the first time, it is created."""
        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=2) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone() is None:
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, seconds: float | None = None) -> None:
        super().stop(seconds)
        if self.poll() is not None:
            # A server that had to be killed leaves its processes behind, stopped ones too.
            leftover.end_workers(self._data, "postgres: ", signal.SIGKILL)

    def failure(self) -> CannotStart:
        reason = _complaint(self.log.read_text(errors="replace")) or "it gives no reason"
        return CannotStart(
            f"Postgres does not start with the data in {self._data}: {reason.rstrip('.')}.",
            f"See {self.log}. To begin with empty data, move {self.home} away.",
        )

    def _create(self) -> None:
        """Into a draft that is renamed when complete, so that a start cut short leaves nothing half made."""
        draft = self.home / "draft"
        password_file = self.home / "password"
        secrets.write(password_file, self._password)
        self._account.own(password_file)
        command = [
            *self._account.prefix,
            "/bin/sh",
            "-c",
            'rm -rf "$2" && exec "$1" -D "$2" -U "$3" --pwfile="$4" --auth=scram-sha-256 --locale=C.UTF-8 -E UTF8 --no-instructions',
            "sh",
            str(binaries.postgres("initdb")),
            str(draft),
            NAME,
            str(password_file),
        ]
        made = subprocess.run(command, cwd=self.home, capture_output=True, text=True, check=False, **self._account.popen_options)
        password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            raise CannotStart(
                f"Postgres could not create its data in {self.home}: {_complaint(made.stderr)}",
                "Make room there, or choose another SKYQUEUE_DATA_DIR.",
            )
        os.rename(draft, self._data)


def _complaint(log: str) -> str:
    """The last line in which Postgres or initdb said what is wrong."""
    lines = [line for line in log.splitlines() if any(mark in line for mark in ("FATAL:", "PANIC:", "error:", "No space left"))]
    return lines[-1].split("FATAL:")[-1].strip() if lines else ""
