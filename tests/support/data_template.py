"""The data folder of a Postgres with a migrated database, made once for all tests. Servers of tests start on a copy of it.

To make one (initdb and every migration) takes several seconds of a core, and to copy it a fraction of one. The processes of
pytest-xdist share it. Its password is hashed once instead of 4,096 times: with thousands of connections in a run, this
would be a tenth of all its processor time.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from core.migrations.upgrade import upgrade
from launcher.embedded import secrets
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support.server_folder import server_folder


class DataTemplate:
    """`folder`: where it is kept, the same for all processes that share it."""

    def __init__(self, folder: Path, guardian: Guardian) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._password = folder / "password"
        self._guardian = guardian

    def copy_to(self, folder: Path, settings: Mapping[str, str]) -> EmbeddedPostgres:
        """A server in `folder` that has not started, with a copy of the data. The first call of all processes makes the template."""
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._data.exists():
                self._make()
        secrets.write(folder / "postgres.password", self._password.read_text().strip())
        postgres = EmbeddedPostgres(folder / "postgres", guardian=self._guardian, settings=settings)
        # It keeps the owner, which is the account that Postgres runs as.
        subprocess.run(["cp", "-a", str(self._data), str(postgres.home / "data")], check=True)
        return postgres

    def _make(self) -> None:
        with server_folder() as folder:
            postgres = EmbeddedPostgres(folder / "postgres", guardian=self._guardian, settings={"fsync": "off"})
            postgres.start()
            upgrade(postgres.url)
            with psycopg.connect(postgres.url) as connection:
                password = sql.Literal((folder / "postgres.password").read_text().strip())
                connection.execute("SET scram_iterations = 1")
                connection.execute(sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(password))
            postgres.stop()
            shutil.copyfile(folder / "postgres.password", self._password)
            shutil.move(folder / "postgres" / "data", self._data)
