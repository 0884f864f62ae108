"""Lock the data folder of an installation for one supervisor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.telemetry import logs
from launcher.supervisor import runtime_file
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.programs import end_orphans


@contextmanager
def locked(data_dir: Path) -> Iterator[DataFolder]:
    """Lock the data folder for the time of the block, and end programs in it that an earlier supervisor left running.

    Raises:
        CannotStart: another supervisor has locked it, or it cannot be used.
    """
    with closing(DataFolder(data_dir)) as folder:
        folder.lock()
        logs.configure("supervisor", file=folder.log("supervisor"), takes_output=False)
        crashed = runtime_file.find(folder.runtime_file)
        end_orphans(folder.path, [process.pid for process in crashed.processes] if crashed else [])
        folder.runtime_file.unlink(missing_ok=True)
        yield folder
