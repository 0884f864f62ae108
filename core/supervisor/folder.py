"""The data folder: who may use it, and where things lie in it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from core.embedded.errors import CannotStart
from core.supervisor import runtime_file


class DataFolder:
    """One folder per installation: servers' data, secrets, logs. Made when missing; closed to other users."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        try:
            # Root's Postgres runs as another account, which has to pass through; everything inside is closed by itself.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self._lock: IO[str] = (self.path / "lock").open("a+")
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be used: {error.strerror}.", "Set SKYQUEUE_DATA_DIR to a folder of yours."
            ) from error
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.runtime_file = self.path / runtime_file.NAME
        self.admin_password = self.path / "admin.password"

    def lock(self) -> None:
        """Keep the folder for this process, until it ends in whatever way."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            raise CannotStart(
                f"Skyqueue is already running in {self.path} (process {holder}).",
                f"Stop it with Ctrl-C or `kill {holder}`, or choose another SKYQUEUE_DATA_DIR and SKYQUEUE_PORT.",
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()

    def close(self) -> None:
        """Let go of the lock."""
        self._lock.close()

    def log(self, name: str) -> Path:
        return self.path / f"{name}.log"
