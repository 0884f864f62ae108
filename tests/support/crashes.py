"""Workers that crash at a failpoint until one gets through."""

from __future__ import annotations

from tests.support.pipeline import Pipeline
from tests.support.waiting import until


def crash_and_recover(pipeline: Pipeline, failpoint: str) -> None:
    """Start a worker that crashes at this point, one that crashes there at every second chance, and one that does not crash; each takes
    over the work of the one before, until there is none."""
    worker = pipeline.worker(FAILPOINTS=f"{failpoint}:crash")
    until(lambda: not worker.is_running, seconds=30)
    for settings in (f"{failpoint}:crash:0.5", ""):
        pipeline.reclaim_messages()
        pipeline.end_leases()
        worker.start(FAILPOINTS=settings)
        until(lambda: pipeline.is_quiet or not worker.is_running, seconds=40)
    assert worker.is_running
