"""The state of the processes that `skyqueue up` keeps running. The supervisor writes it to a file, and the API that it started serves it as metrics.

It is a file, because the supervisor has no port, and because it has to work while Postgres and Redis do not run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client.core import Metric as MetricFamily

from core.telemetry import metrics

NAME: Final = "supervisor.json"
"""The name of the file, in the data folder."""


class Restarts(msgspec.Struct, frozen=True):
    """How often a child was started again after it had ended for one reason: a signal such as `SIGKILL`, or an exit status."""

    child: str
    reason: str
    count: int


class Supervision(msgspec.Struct, frozen=True):
    pid: int
    """The process id of the supervisor."""
    started_at: float
    """Seconds since 1970."""
    running: dict[str, bool]
    """Name of a child -> whether it runs."""
    restarts: list[Restarts]


def read(path: Path) -> Supervision | None:
    """The last state that the supervisor of this process wrote. None: this process was not started by a `skyqueue up`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Supervision)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.pid == os.getppid() else None


def families(known: Supervision | None) -> list[MetricFamily]:
    """The metrics of this state; empty if it is not known."""
    if known is None:
        return []
    return [
        metrics.gauge(metrics.SUPERVISOR_STARTED, {(): known.started_at}),
        metrics.gauge(metrics.CHILD_RUNNING, {(child,): is_running for child, is_running in known.running.items()}),
        metrics.counter(metrics.CHILD_RESTARTS, {(each.child, each.reason): each.count for each in known.restarts}),
    ]
