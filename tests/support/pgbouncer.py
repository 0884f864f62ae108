"""PgBouncer in front of a Postgres of the tests, where it is installed (on Debian: the package `pgbouncer`)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg

from launcher.embedded.guardian import Guardian
from launcher.embedded.ports import free_port
from tests.support.server_folder import server_folder
from tests.support.waiting import until

PROGRAM: Final = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@contextmanager
def pgbouncer(database_url: str, guardian: Guardian, *, processes: int = 1, settings: Mapping[str, object]) -> Iterator[str]:
    """The address of the same database through PgBouncer. `processes` share the port, as on a machine with many cores."""
    address = urlsplit(database_url)
    port = free_port()
    with server_folder() as folder:
        (folder / "users.txt").write_text(f'"{address.username}" "{unquote(address.password or "")}"\n')
        started = [_start(folder, number, address.hostname, address.port or 5432, port, settings) for number in range(processes)]
        for process in started:
            guardian.watch(process.pid, signal.SIGTERM, signal.SIGKILL)
        try:
            account = address.netloc.rpartition("@")[0]
            through = urlunsplit(address._replace(netloc=f"{account}@127.0.0.1:{port}"))
            until(lambda: _lets_in(through))
            yield through
        finally:
            for process in started:
                process.kill()
                process.wait()
                guardian.unwatch(process.pid)


def _start(
    folder: Path, number: int, host: str | None, server_port: int, port: int, settings: Mapping[str, object]
) -> subprocess.Popen[bytes]:
    assert PROGRAM is not None
    lines = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "plain",
        "auth_file": folder / "users.txt",
        "so_reuseport": 1,
        **settings,
    }
    file = folder / f"pgbouncer-{number}.ini"
    settings_of_it = "\n".join(f"{name} = {value}" for name, value in lines.items())
    file.write_text(f"[databases]\n* = host={host} port={server_port}\n[pgbouncer]\n{settings_of_it}\n")
    account = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    with (folder / f"pgbouncer-{number}.log").open("wb") as log:
        return subprocess.Popen([PROGRAM, *account, str(file)], stdout=log, stderr=log)


def _lets_in(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
