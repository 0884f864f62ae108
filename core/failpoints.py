"""Failpoints: named places in the code where a test can crash the process or delay it. They do nothing unless
`SKYQUEUE_FAILPOINTS` is set.

Grammar: `name:action[:probability]`, joined by commas. The action is `crash`, `crash=ID` or `sleep=MILLISECONDS`. An example:
`after_reserve:crash:0.03,after_reserve:sleep=50`. A crash is a SIGKILL to the own process, so no handler runs and no buffer is
flushed, as in a real crash. With an ID the process crashes only while it works on this id, for example on one booking.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Final, TypeAlias
from uuid import UUID

NAMES: Final = frozenset(
    {
        "after_commit_before_reply",  # API: bookings are stored, and not answered
        "before_claim",  # worker: it has a message with bookings, and has not read them
        "after_reserve",  # worker: Redis has reserved the seats, and Postgres has not
        "after_persist",  # worker: the bookings are decided, and nobody was notified
        "before_ack",  # worker: all is done, and the message is not acknowledged
        "mid_chunk",  # import: the rows of a chunk are written, and not committed
        "before_announcement",  # import: all rows are stored, and the search caches are not invalidated
        "mid_cancellation",  # cancellation of a flight: a batch of bookings has ended, and is not committed
        "after_charge",  # payment: the provider has answered, and the outcome is not stored
        "after_mail",  # mail: the mail server has accepted it, and that is not stored
    }
)
WITH_IDS: Final = frozenset({"before_claim"})
"""The failpoints whose callers pass the ids that are being processed."""

Effect: TypeAlias = Callable[[Collection[UUID]], None]

_armed: dict[str, list[Effect]] = {}


def arm(specification: str) -> None:
    """Set the failpoints of this process.

    Raises:
        ValueError: an unknown name or action, or a number out of its range. Otherwise a test with a misspelt failpoint would
        always pass.
    """
    armed: dict[str, list[Effect]] = defaultdict(list)
    for part in filter(None, (part.strip() for part in specification.split(","))):
        name, _, rest = part.partition(":")
        action, _, probability = rest.partition(":")
        if name not in NAMES:
            raise ValueError(f"unknown failpoint {name!r}: one of {', '.join(sorted(NAMES))}")
        if action.startswith("crash=") and name not in WITH_IDS:
            raise ValueError(f"the failpoint {name!r} cannot be limited to an id: only {', '.join(sorted(WITH_IDS))} can")
        armed[name].append(_effect(action, float(probability or 1)))
    _armed.clear()
    _armed.update(armed)


def reach(name: str, ids: Collection[UUID] = ()) -> None:
    """Perform the armed actions of this failpoint (none in production). `ids`: of the work that is being processed."""
    if _armed:
        for effect in _armed.get(name, ()):
            effect(ids)


def _effect(action: str, probability: float) -> Effect:
    if not 0 <= probability <= 1:
        raise ValueError(f"a failpoint's probability is from 0 to 1, not {probability}")
    kind, _, value = action.partition("=")
    if kind == "crash":
        victim = UUID(value) if value else None
        return lambda ids: (
            os.kill(os.getpid(), signal.SIGKILL) if (victim is None or victim in ids) and random.random() < probability else None
        )
    if kind == "sleep":
        seconds = float(value) / 1000
        if seconds < 0:
            raise ValueError(f"a failpoint cannot sleep for {value} ms")
        return lambda _: time.sleep(seconds) if random.random() < probability else None
    raise ValueError(f"unknown failpoint action {action!r}: crash, crash=ID or sleep=MILLISECONDS")
