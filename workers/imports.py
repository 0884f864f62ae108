"""The queue of imports: process uploaded files (`workers/import_run.py`). Imports take turns, so that the file of one user does
not wait until all files of another user are finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.imports import progress
from core.messaging.messages import ImportFile
from core.operations import dead_letters
from core.places.route import UnknownPlaces
from core.telemetry.incidents import Incidents
from workers.context import Context

_log = structlog.get_logger(__name__)
_stopped = Incidents(_log, "an import stopped; the sweep will send it again")


SLICE_SECONDS: Final = 20.0
"""How long an import keeps its thread while others wait that no worker has started. To continue later, a worker reads the
earlier rows again, so a slice is much longer than a chunk takes."""


def import_files(context: Context, import_ids: Sequence[UUID]) -> None:
    """Continue the import whose turn it is, to its end. A message only says that an import waits; Postgres says which one is
    next. What cannot go on now is sent again by the sweep.
    """
    # Imported here because pandas takes a second and 100 MB, which a worker without imports does not need.
    import pyarrow as pa

    from workers.import_run import Ending, run_claimed

    # The system's allocator, because Arrow's own keeps the memory of a chunk (about 30 MB) until the process ends.
    pa.set_memory_pool(pa.system_memory_pool())
    if len(import_ids) > 1:
        context.dispatcher.send(ImportFile(tuple(import_ids[1:])))  # so that another thread processes it
    with context.db.transaction() as connection:
        job = progress.claim_in_turn(connection)
    if job is None:
        return
    try:
        unknown_places = UnknownPlaces(context.settings.flights.unknown_places)
        ending = run_claimed(
            context.db, context.redis, context.storage, job, slice_seconds=SLICE_SECONDS, unknown_places=unknown_places
        )
        if ending is Ending.PAUSED:
            context.dispatcher.send(ImportFile((job.id,)))
        if ending is Ending.FAILED:
            with context.db.transaction() as connection:
                letters = dead_letters.store_import(connection, job.id, "The import failed; see its failure message.")
            dead_letters.log(letters)
    except (psycopg.Error, SQLAlchemyError, OSError) as error:
        _stopped.failed(job.id, import_id=str(job.id), error=str(error))
