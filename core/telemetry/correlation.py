"""Correlation ids: one id for each request, on its log lines, on the messages that it sends, and on the log lines of the worker.

A worker merges messages into batches, so a piece of work there may have several ids: one for each request that it is for.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

MAX_IDS: Final = 32
"""The most ids that one piece of work carries, so that its log lines stay readable."""

_VALID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[tuple[str, ...]] = ContextVar("correlation_ids", default=())


def current() -> tuple[str, ...]:
    """The ids of the requests that this task or thread works for; empty if it works for none."""
    return _current.get()


def begin(offered: str | None = None) -> str:
    """Give the request that starts here an id, and return it. `offered`, if it is 1 to 64 letters, digits, `.`, `_`, `-`; else a new one
    of 32 hexadecimal digits. If the request is traced, that is also the id of its trace (`core/telemetry/tracing`).
    """
    correlation_id = offered if offered and _VALID.fullmatch(offered) else secrets.token_hex(16)
    _current.set((correlation_id,))
    return correlation_id


@contextmanager
def resumed(correlation_ids: Iterable[object]) -> Iterator[None]:
    """Work for these requests until the block ends."""
    token = _current.set(merged(correlation_ids))
    try:
        yield
    finally:
        _current.reset(token)


def merged(correlation_ids: Iterable[object]) -> tuple[str, ...]:
    """Each id once, in the order of its first appearance, at most `MAX_IDS`. Values that are no valid id are left out."""
    unique = dict.fromkeys(each for each in correlation_ids if isinstance(each, str) and _VALID.fullmatch(each))
    return tuple(unique)[:MAX_IDS]
