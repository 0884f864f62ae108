"""What `skyqueue up` knows of the processes that it keeps running: it writes a file, and the API that it started tells it as metrics.

A file, because the supervisor has no port and must not need a server: it says how Postgres and Redis are, too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client.core import Metric as MetricFamily

from core.telemetry import metrics

NAME: Final = "supervisor.json"
"""Of the file, in the data folder."""


class Restarts(msgspec.Struct, frozen=True):
    """How often a child was started again after it had ended for one reason: a signal such as `SIGKILL`, or an exit status."""

    child: str
    reason: str
    count: int


class Supervision(msgspec.Struct, frozen=True):
    pid: int
    """Of the supervisor."""
    started_at: float
    """Seconds since 1970."""
    running: dict[str, bool]
    """Each child, and whether it runs."""
    restarts: list[Restarts]


def read(path: Path) -> Supervision | None:
    """What the supervisor of this process wrote last. None: no `skyqueue up` started this process."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Supervision)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.pid == os.getppid() else None


def families(known: Supervision | None) -> list[MetricFamily]:
    """What the supervisor knows, as metrics; none where it is unknown."""
    if known is None:
        return []
    return [
        metrics.gauge(metrics.SUPERVISOR_STARTED, {(): known.started_at}),
        metrics.gauge(metrics.CHILD_RUNNING, {(child,): is_running for child, is_running in known.running.items()}),
        metrics.counter(metrics.CHILD_RESTARTS, {(each.child, each.reason): each.count for each in known.restarts}),
    ]
