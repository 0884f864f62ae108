"""What a load run is to do: written by whoever starts it, read by every process of Locust that takes part."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec

VARIABLE = "SKYQUEUE_LOAD_PLAN"
"""Names the file of the plan in the environment of Locust."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`tokens`: of travellers, used in turn by the users of Locust, whose processes share them out."""

    run_id: str
    scenario: str
    users: int
    seconds: float
    admin_token: str
    tokens: list[str]
    flights: list[str]
    seats: int
    """Of each of the flights."""
    day: str
    """On which they depart, at the source."""
    looks: int = 9
    """Searches for each booking."""
    options: dict[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """For this account alone: it holds tokens."""
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(asdict(self)))

    @property
    def admin(self) -> dict[str, str]:
        """Headers that prove the administrator."""
        return {"Authorization": f"Bearer {self.admin_token}"}


def load() -> Plan:
    """The plan of this process."""
    return msgspec.json.decode(Path(os.environ[VARIABLE]).read_bytes(), type=Plan)
