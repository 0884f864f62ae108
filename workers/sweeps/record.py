"""Write the record of the passes of the sweep. Consecutive passes that found nothing share a row, which is written every `QUIET_SECONDS`."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.clock import new_id, now
from core.db import Database
from core.sweeps import passes
from core.sweeps.passes import SweepPasses
from workers.sweeps.findings import Findings

QUIET_SECONDS: Final = 10.0


class PassRecord:
    """The record of one process. Only the thread of the sweep uses it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._quiet: SweepPasses | None = None
        """The row of the last passes, if they found nothing."""
        self._written_at = float("-inf")

    def ended(self, began_at: datetime, findings: Findings, failed: Sequence[str], *, without_redis: bool) -> None:
        """Record a pass that has ended. `failed`: the steps that raised an error. Errors of Postgres are raised."""
        this = SweepPasses(
            id=new_id(),
            host=socket.gethostname(),
            pid=os.getpid(),
            began_at=began_at,
            ended_at=now(),
            passes=1,
            longest_ms=round((now() - began_at).total_seconds() * 1000, 1),
            found=dict(findings.found),
            repaired=dict(findings.repaired),
            failed=list(failed),
            without_redis=without_redis,
        )
        if this.found or this.failed:
            self._write(*([self._quiet] if self._quiet else []), this)
            self._quiet = None
            return
        before = self._quiet
        if before is not None and before.without_redis == this.without_redis:
            self._quiet = _together(before, this)
            if time.monotonic() - self._written_at >= QUIET_SECONDS:
                self._write(self._quiet)
            return
        self._quiet = this
        self._write(*([before] if before else []), this)

    def _write(self, *rows: SweepPasses) -> None:
        with self._db.transaction() as connection:
            for row in rows:
                passes.record(connection, row)
        self._written_at = time.monotonic()


def _together(before: SweepPasses, this: SweepPasses) -> SweepPasses:
    return SweepPasses(
        id=before.id,
        host=this.host,
        pid=this.pid,
        began_at=before.began_at,
        ended_at=this.ended_at,
        passes=before.passes + 1,
        longest_ms=max(before.longest_ms, this.longest_ms),
        found={},
        repaired={},
        failed=[],
        without_redis=this.without_redis,
    )
