"""Secrets that are made once and kept in the data folder, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept(path: Path, length: int = 32) -> str:
    """The secret in `path`; the first call makes it. `length` is in random bytes."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        write(path, secrets.token_urlsafe(length))
        return path.read_text().strip()


def write(path: Path, secret: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{secret}\n")
        draft.replace(path)
    except OSError:  # a full disk
        draft.unlink(missing_ok=True)
        raise
