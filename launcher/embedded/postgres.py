"""The embedded Postgres server, with its data in the data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg

from core.startup import CannotStart
from launcher.embedded import accounts, binaries, orphans, secrets, startup_errors
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port, socket_folder

NAME = "skyqueue"
"""The name of the role and of the database."""

LOCALE = (
    ("--locale=C.UTF-8",) if sys.platform == "linux" else ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
)
"""Options for initdb. Text is sorted by code points, and upper and lower case work for every script. Not every release of macOS has a locale of
this name, so the one that is built into Postgres is used there.
"""

RESTORE_FILE = "Put the old password back into that file, from a backup of the data folder."

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
"""Settings for a small machine: no replication, a fast disk, short queries, no processes that only read files. The settings of durability keep their safe defaults."""


class EmbeddedPostgres(Child):
    """`home`: the folder of the data. `settings` override `SETTINGS`."""

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
        self._data = self.home / "data"
        self._password_file = self.home.parent / "postgres.password"
        self._password = self._load_password()
        self._port = free_port()
        self._sockets = socket_folder(self.home, ".s.PGSQL.65535.lock", self._account)

    @property
    def url(self) -> str:
        """The address for any client on this machine."""
        return self.url_of(NAME)

    def url_of(self, database: str) -> str:
        return f"postgresql://{NAME}:{quote(self._password, safe='')}@127.0.0.1:{self._port}/{database}"

    @property
    def socket_url(self) -> str:
        """The address for processes of Skyqueue: the same database through a Unix socket."""
        return f"postgresql://{NAME}:{quote(self._password, safe='')}@/{NAME}?host={quote(str(self._sockets), safe='/')}&port={self._port}"

    def launch(self) -> None:
        if not self._data.exists():
            self._create()
        orphans.end_server(self._data / "postmaster.pid", self.home, signal.SIGQUIT)
        orphans.end_workers(self._data, "postgres: ", signal.SIGQUIT)
        settings = {**self._settings, "unix_socket_directories": str(self._sockets), "unix_socket_permissions": "0700"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._spawn(
            [binaries.postgres("postgres"), "-D", self._data, "-p", str(self._port), *options],
            cwd=self.home,
            account=self._account,
        )

    def is_ready(self) -> bool:
        """Whether the database answers. It is created if it does not exist."""
        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=2) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone() is None:
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CannotStart(
                    f"The password in {self._password_file} is not the one that the data in {self.home} was made with.",
                    RESTORE_FILE,
                ) from error
            return False
        return True

    def stop(self, seconds: float | None = None) -> None:
        super().stop(seconds)
        if self.poll() is not None:
            # A server that had to be killed leaves its child processes running or stopped.
            orphans.end_workers(self._data, "postgres: ", signal.SIGKILL)

    def _failure(self) -> CannotStart:
        remedy = "Restore a backup; to begin with empty data instead"
        return startup_errors.failure("Postgres", self.home, self.recent_log, self.log, remedy=remedy)

    def _load_password(self) -> str:
        if self._data.exists() and not self._password_file.exists():
            raise CannotStart(f"{self._password_file} is missing, and the data in {self.home} was made with it.", RESTORE_FILE)
        return secrets.load_or_create(
            self._password_file, remedy=RESTORE_FILE if self._data.exists() else "Remove it, and a new one is made."
        )

    def _create(self) -> None:
        """Create the data in another folder, which is renamed when it is complete. So an interrupted start leaves no incomplete data."""
        temporary = self.home / "temporary"
        password_file = self.home / "password"
        secrets.write(password_file, self._password)
        self._account.chown(password_file)
        command = [
            *self._account.prefix,
            "/bin/sh",
            "-c",
            'rm -rf "$2" && exec "$1" -D "$2" -U "$3" --pwfile="$4" --auth=scram-sha-256 -E UTF8 --no-instructions '
            + " ".join(LOCALE),
            "sh",
            str(binaries.postgres("initdb")),
            str(temporary),
            NAME,
            str(password_file),
        ]
        try:
            status, output = self._run(command)
        finally:
            password_file.unlink(missing_ok=True)
        if status != 0:
            raise startup_errors.full_disk(self.home) or CannotStart(
                f"Postgres could not create its data in {self.home}: {startup_errors.reason(output)}.",
                "Correct that, or choose another SKYQUEUE_DATA_DIR.",
            )
        os.rename(temporary, self._data)

    def _run(self, command: Sequence[str]) -> tuple[int, str]:
        """Run a command to its end, and return its exit status and its output. Ctrl-C does not reach it, and the guardian ends it with this
        process.
        """
        with subprocess.Popen(
            command,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            **self._account.popen_options,
        ) as running:
            self._guardian.watch(running.pid, signal.SIGTERM, signal.SIGKILL)
            _, output = running.communicate()
            self._guardian.unwatch(running.pid)
        return running.returncode, output


def remove_pg_variables() -> None:
    """Remove the `PG...` variables from the environment of this process and its children. They are meant for other servers, and the driver would
    use them (`PGSSLMODE`, `PGSERVICE`) for the embedded server too.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
