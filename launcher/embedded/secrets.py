"""Secrets that are made once and stored in the data folder, where only their owner can read them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from core.startup import CannotStart


def load_or_create(path: Path, length: int = 32, *, remedy: str = "Remove it, and a new one is made.") -> str:
    """The secret in the file `path`. If there is no file, a secret of `length` random bytes is made and stored.

    Raises:
        CannotStart: the file cannot be used. The error names the file and the `remedy`.
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
    """Write a secret to a file, completely or not at all. Others can never read it, not even while it is written.

    `owner`: the status of another file, whose owner the file gets; None: the owner is the account of this process.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
            os.fchmod(file.fileno(), mode)
            if owner is not None:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        temporary.replace(path)
    except OSError:  # a full disk
        temporary.unlink(missing_ok=True)
        raise
