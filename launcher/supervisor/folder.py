"""The data folder: the paths in it, its permissions and its lock."""

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
    """The absolute path of `SKYQUEUE_DATA_DIR` without links, so that the same folder always has the same path.

    Raises `CannotStart` for a path that cannot be written into configuration files and addresses.
    """
    shown = ascii(str(path))[1:-1]
    if not str(path).isprintable():  # line breaks, and bytes that are no text
        raise CannotStart(f"The data folder {shown} cannot be used: its path has unprintable characters.", REMEDY)
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # there is no such user, or links refer to each other in a cycle
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotStart(f"The data folder {shown} cannot be used: {str(reason).rstrip('.')}.", REMEDY) from error


class DataFolder:
    """The folder of one installation, with the data of its servers, its secrets and its logs. It is created if it does not exist, and other users cannot read it."""

    def __init__(self, path: Path) -> None:
        self.path = locate(path)
        try:
            # If this process is root, Postgres runs as another account, which has to be able to enter. Everything inside has its own permissions.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self._folder_descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            self._lock_file: IO[str] = os.fdopen(
                os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", errors="replace"
            )
        except OSError as error:
            raise CannotStart(f"The data folder {self.path} cannot be used: {error.strerror}.", REMEDY) from error
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.runtime_file = self.path / runtime_file.NAME
        self.supervision_file = self.path / supervision.NAME
        self.admin_password = self.path / "admin.password"

    def lock(self) -> None:
        """Lock the folder for this process. The lock ends with the process, even if that is killed.

        The lock is on the folder itself, because a file in it could be removed while everything runs; and on a file, for file systems that
        cannot lock folders (NFS).
        """
        try:
            with _ignore_unsupported():
                _lock(self._folder_descriptor)
            _lock(self._lock_file.fileno())
        except BlockingIOError:
            raise self._already_running() from None
        self._make_private()
        self._lock_file.truncate(0)
        self._lock_file.write(f"{os.getpid()}\n")
        self._lock_file.flush()

    def close(self) -> None:
        """Release the lock."""
        self._lock_file.close()
        os.close(self._folder_descriptor)

    def log(self, name: str) -> Path:
        return self.path / f"{name}.log"

    def _make_private(self) -> None:
        """Remove the permissions of other accounts, also on files that an older version or another command has made. The files of the account
        of Postgres are left out: Postgres does it itself.
        """
        (self.path / "uploads").mkdir(exist_ok=True)
        for entry in self.path.iterdir():
            found = entry.lstat()
            if found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
                entry.chmod(found.st_mode & 0o700)

    def _already_running(self) -> CannotStart:
        found = runtime_file.find(self.runtime_file)
        pid = self._lock_file.read().strip() or (found.supervisor_pid if found else None)
        return CannotStart(
            f"Skyqueue is already running in {self.path} (process {pid or 'unknown'}).",
            f"Stop it with Ctrl-C{f' or `kill {pid}`' if pid else ''}, or choose another SKYQUEUE_DATA_DIR and SKYQUEUE_PORT.",
        )


@contextmanager
def _ignore_unsupported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
