"""The plan of a load run. `loadtests/run.py` writes it, and every process of Locust reads it."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec

VARIABLE = "SKYQUEUE_LOAD_PLAN"
"""The environment variable with the path of the plan."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`tokens`: access tokens of travellers. Each process of Locust has its own part of them, and its users use them in turn."""

    run_id: str
    scenario: str
    users: int
    seconds: float
    admin_token: str
    tokens: list[str]
    flights: list[str]
    seats: int
    """The number of seats of each flight."""
    day: str
    """The local date of departure of the flights."""
    looks: int = 9
    """Searches for each booking."""
    options: dict[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write the plan to a file. Only its owner can read it, because it has access tokens."""
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(asdict(self)))

    @property
    def admin(self) -> dict[str, str]:
        """Request headers with the access token of the administrator."""
        return {"Authorization": f"Bearer {self.admin_token}"}


def load() -> Plan:
    """Read the plan that the environment of this process names."""
    return msgspec.json.decode(Path(os.environ[VARIABLE]).read_bytes(), type=Plan)
