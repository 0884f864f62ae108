"""One id that ties together what a request caused: its log lines, its messages, the worker's log lines."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from typing import Final

_SANE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def current() -> str:
    """The id of the work that this task or thread is doing; empty when nobody asked for any."""
    return _current.get()


def begin(offered: str | None = None) -> str:
    """Give the work that starts here an id: the offered one when it can stand in a log line, else a new one."""
    correlation_id = offered if offered and _SANE.fullmatch(offered) else secrets.token_hex(12)
    _current.set(correlation_id)
    return correlation_id
