"""The data folder of an installation, held by one supervisor at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.telemetry import logs
from launcher.supervisor import runtime_file
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.programs import end_leftovers


@contextmanager
def held(data_dir: Path) -> Iterator[DataFolder]:
    """The folder, with no program of ours at work in it: what outlived an earlier supervisor has been ended.

    Raises:
        CannotStart: another supervisor has it, or it cannot be used.
    """
    with closing(DataFolder(data_dir)) as folder:
        folder.lock()
        logs.configure("supervisor", file=folder.log("supervisor"), takes_output=False)
        crashed = runtime_file.find(folder.runtime_file)
        end_leftovers(folder.path, [process.pid for process in crashed.processes] if crashed else [])
        folder.runtime_file.unlink(missing_ok=True)
        yield folder
