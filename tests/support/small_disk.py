"""A file system of a few megabytes that only one process sees."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest


def mounted(folder: Path, megabytes: int) -> list[str]:
    """Put before a command, it runs with such a file system at `folder`. Skips the test where nobody may mount one."""
    prefix = [
        *("unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c"),
        f'mount -t tmpfs -o size={megabytes}m none "$0" && exec "$@"',
        str(folder),
    ]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a file system of their own")
    return prefix


def on_small_disk(folder: Path, megabytes: int, command: Sequence[str]) -> str:
    """The output of the command, which must succeed."""
    ended = subprocess.run([*mounted(folder, megabytes), *command], capture_output=True, text=True, check=False, timeout=100)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
