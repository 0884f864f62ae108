"""Logs: one JSON object per line, with the correlation id of the request that it is for, and the id of
its trace where it is traced. Never a body, a token or a password.

A line about a batch that is for several requests has `correlation_ids`, a list.

Everything that libraries say through `logging` takes the same road.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from core.telemetry import correlation
from core.telemetry.log_file import LogFile
from core.telemetry.tracing import spans

_TAKEN_OVER: Final = ("uvicorn", "uvicorn.error", "dramatiq", "alembic", "sqlalchemy")
"""Not `uvicorn.access`: uvicorn writes a line for every request as soon as somebody listens to that logger."""


def configure(process: str, *, file: Path | None = None, takes_output: bool = True, level: int = logging.INFO) -> None:
    """Set up the logs of this process; `process` (api, worker, ...) is on every line. Call it once, in an edge.

    They go to standard error, or to `file`. `takes_output`: what the process writes to standard output and error goes there too.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation_id,
        _Named(process),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = LogFile(file, also=(1, 2) if takes_output else ()) if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it says a line for every request
    for name in _TAKEN_OVER:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True


def _add_correlation_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    match correlation.current():
        case ():
            pass
        case (one,):
            event.setdefault("correlation_id", one)
        case several:
            event.setdefault("correlation_ids", list(several))
    trace_id = spans.trace_id()
    if trace_id is not None:
        event.setdefault("trace_id", trace_id)
    return event


class _Named:
    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = self._process
        return event
