"""`runtime.json`: the addresses and processes of a `skyqueue up` that runs. Scripts and load tests read it, so its format must not change."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import PositiveInt, TypeAdapter, ValidationError

from launcher.embedded import secrets

NAME = "runtime.json"


@dataclass(frozen=True)
class Process:
    name: str
    pid: PositiveInt


@dataclass(frozen=True)
class Admin:
    username: str
    password_file: str | None


@dataclass(frozen=True)
class Runtime:
    supervisor_pid: PositiveInt
    base_url: str
    database_url: str
    redis_url: str
    admin: Admin
    processes: list[Process]
    payments_url: str | None = None
    """The address of the payment provider."""

    @property
    def is_running(self) -> bool:
        """Whether its supervisor runs. A supervisor that was killed leaves the file."""
        try:
            os.kill(self.supervisor_pid, 0)
        except PermissionError:
            return True  # the process exists, and belongs to another account
        except (ProcessLookupError, OverflowError):
            return False
        return True

    def write(self, path: Path) -> None:
        """Write the file, completely or not at all. Only its owner can read it, because it has passwords."""
        secrets.write(path, json.dumps(asdict(self), indent=2))


def find(path: Path) -> Runtime | None:
    """The contents of the file, whose supervisor may have ended. None: there is no such file, or it has another format."""
    try:
        return TypeAdapter(Runtime).validate_json(path.read_bytes(), strict=True)
    except (FileNotFoundError, ValidationError):
        return None


def of_running(path: Path) -> Runtime | None:
    """The contents of the file, if its supervisor runs; else None."""
    found = find(path)
    return found if found and found.is_running else None
