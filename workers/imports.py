"""The queue of imports: brings each uploaded file to its end (`workers/import_run.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.operations import dead_letters
from core.telemetry.incidents import Incidents
from workers.context import Context

_log = structlog.get_logger(__name__)
_stopped = Incidents(_log, "an import stopped; the sweep will go on with it")


def import_files(context: Context, import_ids: Sequence[UUID]) -> None:
    """Bring each import to its end, from where it stopped. What cannot go on now is sent again by the sweep."""
    # pandas costs a second and 100 MB, which a worker that never sees a file need not pay.
    import pyarrow as pa

    from workers.import_run import Ending, run_import

    # Arrow's own allocator keeps what one chunk needed, about 30 MB, until the process ends.
    pa.set_memory_pool(pa.system_memory_pool())
    for import_id in import_ids:
        try:
            if run_import(context.db, context.redis, context.storage, import_id) is Ending.FAILED:
                with context.db.transaction() as connection:
                    buried = dead_letters.bury_import(connection, import_id, "The import failed; its row says why.")
                dead_letters.tell(buried)
        except (psycopg.Error, SQLAlchemyError, OSError) as error:
            _stopped.failed(import_id, import_id=str(import_id), error=str(error))
