"""Choose the account that Postgres runs as. Postgres refuses to run as root, and Skyqueue adds no system user and changes no folder except its
own.

If this process is not root, Postgres runs as the same account. If it is root, Postgres runs as a plain account that can reach the program and
the data. If there is none, it runs as root inside a user namespace, where it appears as uid 1 and the files still belong to root; this also works
below a home folder of mode 0700.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.startup import CannotStart

_CANDIDATES = ("postgres", "nobody")
_NAMESPACE = ("unshare", "--user", "--map-user=1", "--map-group=1", "--")
"""The mapped uid has to exist in /etc/passwd, or initdb fails. 1 is `daemon` on every system."""


@dataclass(frozen=True)
class Account:
    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    @property
    def popen_options(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def chown(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose(program: Path, home: Path) -> Account:
    """The account that can run `program` and write to `home`. That folder exists, and is empty or was used by an earlier start."""
    owner = home.stat()
    if os.geteuid() != 0:
        if owner.st_uid != os.geteuid():
            raise CannotStart(
                f"{home} belongs to {_name(owner.st_uid)}.", "Start as that user, or choose another SKYQUEUE_DATA_DIR."
            )
        return Account()
    used = any(home.iterdir())
    if used and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    if not used:
        for entry in _plain_accounts():
            account = Account(entry.pw_uid, entry.pw_gid)
            if _make_owner(account, home) and _can_run(account, program, home):
                return account
        os.chown(home, owner.st_uid, owner.st_gid)
    account = Account(prefix=_NAMESPACE)
    if shutil.which("unshare") is None or not _can_run(account, program, home):
        raise CannotStart(
            f"Postgres does not run as root, and no other account can reach {home}.",
            "Start as a plain user, or put SKYQUEUE_DATA_DIR and the checkout where everybody may enter.",
        )
    return account


def _plain_accounts() -> list[pwd.struct_passwd]:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return [known[name] for name in _CANDIDATES if name in known]


def _make_owner(account: Account, home: Path) -> bool:
    """Make the account the owner of `home`. False if that is not possible, because this process is root in a user namespace only."""
    try:
        account.chown(home)
    except OSError:
        return False
    return True


def _can_run(account: Account, program: Path, home: Path) -> bool:
    probe = [*account.prefix, "/bin/sh", "-c", 'test -w "$2" && exec "$1" --version', "sh", str(program), str(home)]
    try:
        return subprocess.run(probe, capture_output=True, cwd="/", check=False, **account.popen_options).returncode == 0
    except OSError:
        return False


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
