"""Free ports, and sockets whose path the kernel accepts."""

from __future__ import annotations

import hashlib
import os
import random
import re
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from core.startup import CannotStart
from launcher.embedded.accounts import Account

SOCKET_PATH_BYTES = 103
"""Linux takes 107 bytes, macOS 103."""
_PORTS = range(20_000, 32_768)
UNQUOTED = re.compile(r"[A-Za-z0-9_./-]+")


def free_port() -> int:
    """A TCP port on the loopback address that is free now. Another server may take it before ours does; then call it again.

    It is below the ports that Linux (from 32,768) and macOS (from 49,152) give to outgoing connections. One of those could be taken by any
    connection while the database is created, which takes seconds.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise CannotStart(f"All ports from {_PORTS.start} to {_PORTS.stop - 1} are taken.", "End other servers.")


def socket_folder(home: Path, longest_name: str, account: Account) -> Path:
    """A private folder for sockets: inside `home`, or in a temporary folder if that path would be too long or has unsuitable characters."""
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    parents = (tempfile.gettempdir(), "/tmp")  # noqa: S108  # the first is the operator's choice, and may be unsuitable too; the owner of the folder is checked below
    candidates = [home / "run", *(Path(parent) / f"skyqueue-{digest}" for parent in parents)]
    folder = next((each for each in candidates if _is_usable(each / longest_name)), candidates[-1])
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if account.uid is None else account.uid
    found = folder.lstat()  # `lstat`, because a link made by another account could lead to any folder of ours
    if found.st_uid not in (owner, os.geteuid()) or not stat.S_ISDIR(found.st_mode):
        raise CannotStart(f"{folder} belongs to somebody else.", "Remove it, or set TMPDIR to a folder of yours.")
    account.chown(folder)
    return folder


def _is_usable(path: Path) -> bool:
    """Whether a socket can have this path, and it can be written into addresses and configuration files without quoting."""
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and UNQUOTED.fullmatch(str(path)) is not None
