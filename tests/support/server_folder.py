"""A temporary folder for a server."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """A folder that the account Postgres runs as may enter; pytest's own temporary folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="skyqueue-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
