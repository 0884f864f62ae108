"""Free ports, and sockets whose path the kernel accepts."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from core.embedded.accounts import Account

SOCKET_PATH_BYTES = 103
"""Linux takes 107 bytes, macOS 103."""


def free_port() -> int:
    """A TCP port on the loopback address that nobody uses now. Somebody may take it before the server does: then start again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def socket_folder(home: Path, longest_name: str, account: Account) -> Path:
    """A private folder for sockets: inside `home`, or in the system's temporary folder when that path would be too long."""
    folder = home / "run"
    if len(os.fsencode(folder / longest_name)) > SOCKET_PATH_BYTES:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"skyqueue-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if account.uid is None else account.uid
    if folder.stat().st_uid not in (owner, os.geteuid()):
        raise PermissionError(f"{folder} belongs to somebody else")
    account.own(folder)
    return folder
