"""The queue of imports: let an import process (`workers/imports/process.py`) continue the file whose turn it is. Imports take turns, so that
the file of one user does not wait until all files of another user are finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from core.messaging.messages import ImportFile
from core.operations import dead_letters
from core.telemetry.incidents import Incident, Incidents
from workers import measures
from workers.context import Context
from workers.imports.processes import ProcessEnded, WorkerEnds
from workers.imports.protocol import Ending, Interrupted, Stored

_log = structlog.get_logger(__name__)
_stopped = Incidents(_log, "an import stopped; the sweep will send it again")
_crashed = Incident(_log, "an import process ended before its import; the sweep will send it again")


def import_files(context: Context, import_ids: Sequence[UUID]) -> None:
    """Continue the import whose turn it is, to its end. A message only says that an import waits; Postgres says which one is
    next. What cannot go on now is sent again by the sweep.
    """
    if len(import_ids) > 1:
        context.dispatcher.send(ImportFile(tuple(import_ids[1:])))  # so that another thread takes it

    def report(chunk: Stored) -> None:
        context.progress.moved()
        if not chunk.dry_run:
            measures.count_rows(chunk.rows, created=chunk.created, updated=chunk.updated, failed=chunk.failed)

    try:
        result = context.import_processes.import_next(report)
    except WorkerEnds:
        return  # the sweep of the next worker will send the import again
    except ProcessEnded as error:
        _crashed.failed(error=str(error))
        return
    if isinstance(result, Interrupted):
        _stopped.failed(result.import_id, import_id=str(result.import_id), error=result.error)
    elif result.import_id is None:
        return
    elif result.ending is Ending.PAUSED:
        context.dispatcher.send(ImportFile((result.import_id,)))
    elif result.ending is Ending.FAILED:
        with context.db.transaction() as connection:
            letters = dead_letters.store_import(connection, result.import_id, "The import failed; see its failure message.")
        dead_letters.log(letters)
