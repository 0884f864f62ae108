"""Open dead letters: work that was given up, and that no administrator has handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db import RawConnection, fetch


@dataclass(frozen=True, slots=True)
class _Letter:
    id: UUID
    queue: str
    kind: str
    subject_id: UUID | None
    error: str
    created_at: datetime

    @property
    def what(self) -> str:
        if self.subject_id is None:
            return f"a message of {self.queue} could not be read"
        return f"{self.kind} {self.subject_id} was given up"


def find_dead_letters(connection: RawConnection, *, limit: int) -> list[str]:
    """The oldest first."""
    rows = fetch(
        connection,
        _Letter,
        """
        SELECT id, queue, kind, subject_id, error, created_at FROM dead_letters
        WHERE replayed_at IS NULL AND discarded_at IS NULL ORDER BY id LIMIT %s
        """,
        (limit,),
    )
    return [f"{row.what} at {row.created_at.isoformat(timespec='seconds')}: {row.error} (dead letter {row.id})" for row in rows]
