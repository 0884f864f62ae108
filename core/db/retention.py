"""Rows that are old enough to be removed: how many there are, and their removal in small transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from core.db.session import RawConnection


@dataclass(frozen=True, slots=True)
class OldRows:
    """The old rows of one table. `what`: in words.

    `count` has the parameter `before`, a time; `delete` has `limit`, too, and deletes at most so many rows.
    """

    what: str
    count: LiteralString
    delete: LiteralString

    def count_before(self, connection: RawConnection, before: datetime) -> int:
        (found,) = connection.execute(self.count, {"before": before}).fetchone() or (0,)
        return int(found)

    def delete_before(self, connection: RawConnection, before: datetime, limit: int) -> int:
        """How many were deleted: less than `limit` when no others are left."""
        return connection.execute(self.delete, {"before": before, "limit": limit}).rowcount
