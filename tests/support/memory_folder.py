"""Temporary files of the tests are kept in memory where the system has a file system for that, because writing the files of many small
databases to a slow disk takes a third of the processor time of all tests.

`TMPDIR` chooses another place; then nothing here applies.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

import psutil
import pytest

MEMORY: Final = Path("/dev/shm")
ENOUGH_BYTES: Final = 6 * 2**30
"""Much more than the 0.5 GiB that were seen in use during a whole run. Linux offers half of the machine's memory there, containers usually
64 MiB.
"""
_PREFIX: Final = "skyqueue-tests-"
_FOLDER: Final = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for this run. The processes of pytest-xdist inherit it."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    _remove_leftover_folders()
    if shutil.disk_usage(MEMORY).free < ENOUGH_BYTES or psutil.virtual_memory().available < ENOUGH_BYTES:
        return
    folder = MEMORY / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o711)
    config.stash[_FOLDER] = folder
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # read `TMPDIR` again


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remove the folder; after a failure it stays for whoever looks at it, until the next run."""
    folder = session.config.stash.get(_FOLDER, None)
    if folder is not None and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftover_folders() -> None:
    """Of runs that failed or were killed."""
    for folder in MEMORY.glob(f"{_PREFIX}*"):
        run = re.fullmatch(rf"{_PREFIX}(\d+)", folder.name)
        if run and not psutil.pid_exists(int(run[1])):
            shutil.rmtree(folder, ignore_errors=True)
