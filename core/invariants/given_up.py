"""What was given up and nobody has seen to: open dead letters."""

from __future__ import annotations

from core.db import RawConnection


def find_dead_letters(connection: RawConnection, *, limit: int) -> list[str]:
    """The oldest first."""
    rows = connection.execute(
        """
        SELECT id, queue, kind, subject_id, error, created_at FROM dead_letters
        WHERE replayed_at IS NULL AND discarded_at IS NULL ORDER BY id LIMIT %s
        """,
        (limit,),
    ).fetchall()
    return [
        f"{f'a message of {queue} could not be read' if subject is None else f'{kind} {subject} was given up'} "
        f"at {created_at.isoformat(timespec='seconds')}: {error} (dead letter {letter_id})"
        for letter_id, queue, kind, subject, error, created_at in rows
    ]
