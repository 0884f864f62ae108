"""`runtime.json`: where everything is while `skyqueue up` runs. Scripts and load tests read it; its shape is a contract."""

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
    """Of the payment provider."""

    @property
    def is_running(self) -> bool:
        """Whether its supervisor lives: one that was killed leaves the file behind."""
        try:
            os.kill(self.supervisor_pid, 0)
        except PermissionError:
            return True  # another account started it
        except (ProcessLookupError, OverflowError):
            return False
        return True

    def write(self, path: Path) -> None:
        """Whole or not at all; it holds passwords, so only its owner may read it."""
        secrets.write(path, json.dumps(asdict(self), indent=2))


def find(path: Path) -> Runtime | None:
    """What a `skyqueue up` wrote, which may have died since. None also for what no `skyqueue up` wrote."""
    try:
        return TypeAdapter(Runtime).validate_json(path.read_bytes(), strict=True)
    except (FileNotFoundError, ValidationError):
        return None


def of_running(path: Path) -> Runtime | None:
    """What a `skyqueue up` wrote that runs now."""
    found = find(path)
    return found if found and found.is_running else None
