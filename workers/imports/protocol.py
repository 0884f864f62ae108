"""The messages between a worker and its import processes, as JSON. The worker sends one `Request`; the process sends one `Stored` after each
chunk, and at the end `Ended` or `Interrupted`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec


class Ending(StrEnum):
    """How a run ended. `TAKEN_OVER`: the import had ended before, or another worker has it now. `REFUSED`: the file cannot be imported.
    `PAUSED`: the import gave its process to another import.
    """

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TAKEN_OVER = "taken_over"
    REFUSED = "refused"
    PAUSED = "paused"


class Request(msgspec.Struct, frozen=True):
    """Continue the import whose turn it is. `correlation_ids` and `trace` (a `traceparent`): of the message that the worker handles."""

    correlation_ids: tuple[str, ...]
    trace: str | None


class Stored(msgspec.Struct, frozen=True, tag="stored"):
    """A chunk was committed, or was read without being stored (all counts are 0). Rows that were not created, updated or failed were skipped."""

    rows: int
    created: int
    updated: int
    failed: int
    dry_run: bool


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The run of an import has ended. `import_id` is None if no import was waiting."""

    import_id: UUID | None
    ending: Ending


class Interrupted(msgspec.Struct, frozen=True, tag="interrupted"):
    """The import cannot go on now: Postgres or the storage does not answer. `import_id` is None if none was claimed."""

    import_id: UUID | None
    error: str


REQUEST: Final = msgspec.json.Decoder(Request)
REPORT: Final[msgspec.json.Decoder[Stored | Ended | Interrupted]] = msgspec.json.Decoder(Stored | Ended | Interrupted)
encode: Final = msgspec.json.Encoder().encode
