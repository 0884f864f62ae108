"""The data folder: who may use it, and where things lie in it."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.startup import CannotStart
from core.telemetry import supervision
from launcher.supervisor import runtime_file

REMEDY = "Set SKYQUEUE_DATA_DIR to a folder of yours."


def locate(path: Path) -> Path:
    """Where `SKYQUEUE_DATA_DIR` leads: one spelling for one folder, by which what works in it is known again.

    Raises `CannotStart` for a path that no configuration file and no address can hold.
    """
    shown = ascii(str(path))[1:-1]
    if not str(path).isprintable():  # line breaks, and bytes that are no text
        raise CannotStart(f"The data folder {shown} cannot be used: its path has unprintable characters.", REMEDY)
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # nobody has that name, or links lead in a circle
        said = error.strerror if isinstance(error, OSError) else error
        raise CannotStart(f"The data folder {shown} cannot be used: {str(said).rstrip('.')}.", REMEDY) from error


class DataFolder:
    """One folder per installation: servers' data, secrets, logs. Made when missing; closed to other users."""

    def __init__(self, path: Path) -> None:
        self.path = locate(path)
        try:
            # Root's Postgres runs as another account, which has to pass through; everything inside is closed by itself.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self._itself = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            self._holder: IO[str] = os.fdopen(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", errors="replace")
        except OSError as error:
            raise CannotStart(f"The data folder {self.path} cannot be used: {error.strerror}.", REMEDY) from error
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.runtime_file = self.path / runtime_file.NAME
        self.supervision_file = self.path / supervision.NAME
        self.admin_password = self.path / "admin.password"

    def lock(self) -> None:
        """Keep the folder for this process, until it ends in whatever way.

        The lock is on the folder itself: a file in it can be removed while everything runs. It is on a file too, for file systems
        that lock no folders (NFS).
        """
        try:
            with _unless_unsupported():
                _lock(self._itself)
            _lock(self._holder.fileno())
        except BlockingIOError:
            raise self._is_held() from None
        self._close_to_others()
        self._holder.truncate(0)
        self._holder.write(f"{os.getpid()}\n")
        self._holder.flush()

    def close(self) -> None:
        """Let go of the lock."""
        self._holder.close()
        os.close(self._itself)

    def log(self, name: str) -> Path:
        return self.path / f"{name}.log"

    def _close_to_others(self) -> None:
        """Also what an older version, or a command in another terminal, left open. What belongs to Postgres's account is closed by it."""
        (self.path / "uploads").mkdir(exist_ok=True)
        for entry in self.path.iterdir():
            found = entry.lstat()
            if found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
                entry.chmod(found.st_mode & 0o700)

    def _is_held(self) -> CannotStart:
        found = runtime_file.find(self.runtime_file)
        holder = self._holder.read().strip() or (found.supervisor_pid if found else None)
        return CannotStart(
            f"Skyqueue is already running in {self.path} (process {holder or 'unknown'}).",
            f"Stop it with Ctrl-C{f' or `kill {holder}`' if holder else ''}, "
            "or choose another SKYQUEUE_DATA_DIR and SKYQUEUE_PORT.",
        )


@contextmanager
def _unless_unsupported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
