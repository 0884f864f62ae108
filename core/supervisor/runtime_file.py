"""`runtime.json`: where everything is while `skyqueue up` runs. Scripts and load tests read it; its shape is a contract."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.embedded import secrets

NAME = "runtime.json"


@dataclass(frozen=True)
class Process:
    name: str
    pid: int


@dataclass(frozen=True)
class Admin:
    username: str
    password_file: str | None


@dataclass(frozen=True)
class Runtime:
    supervisor_pid: int
    base_url: str
    database_url: str
    redis_url: str
    admin: Admin
    processes: list[Process]

    def write(self, path: Path) -> None:
        """Whole or not at all; it holds passwords, so only its owner may read it."""
        secrets.write(path, json.dumps(asdict(self), indent=2))


def find(path: Path) -> dict[str, Any] | None:
    """What a running `skyqueue up` wrote, or None."""
    try:
        written: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return written
