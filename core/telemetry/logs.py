"""Logs: one JSON object per line, with `correlation_id` of the request that it is for, and `trace_id` if that request is traced.
Bodies, tokens and passwords are never logged.

A line about work for several requests has `correlation_ids`, a list.

What libraries log with `logging` is written in the same way.
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
"""Loggers of libraries that get handlers of their own, which are removed here. `uvicorn.access` is not among them: with a handler,
uvicorn would log every request."""


def configure(process: str, *, file: Path | None = None, takes_output: bool = True, level: int = logging.INFO) -> None:
    """Set up the logs of this process. `process` (`api`, `worker` ...) is on every line. Call it once, when the process starts.

    The lines go to standard error, or to `file`. `takes_output`: standard output and standard error of the process go to `file` too.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation_id,
        _ProcessName(process),
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


class _ProcessName:
    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = self._process
        return event
