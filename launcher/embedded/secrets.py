"""Secrets that are made once and kept in the data folder, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.startup import CannotStart


def kept(path: Path, length: int = 32, *, remedy: str = "Remove it, and a new one is made.") -> str:
    """The secret in `path`; the first call makes it. `length` is in random bytes.

    Raises `CannotStart`, which names the file and the `remedy`, when it holds no secret.
    """
    if not path.exists():
        write(path, secrets.token_urlsafe(length))
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret.isprintable() or not secret:
        raise CannotStart(f"{path} {'is empty' if path.stat().st_size == 0 else 'holds no secret'}.", remedy)
    return secret


def write(path: Path, secret: str, *, mode: int = 0o600, owner: os.stat_result | None = None) -> None:
    """Whole or not at all, and never readable by others, not even for a moment.

    `owner`: whose file it becomes, as the status of another file says; None: ours.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
            os.fchmod(file.fileno(), mode)
            if owner is not None:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        draft.replace(path)
    except OSError:  # a full disk
        draft.unlink(missing_ok=True)
        raise
