"""Places where a test may crash a process or make it slow. Off, and free, unless `SKYQUEUE_FAILPOINTS` names them.

Grammar: `name:action[:probability]`, joined by commas; the action is `crash`, `crash=ID` or `sleep=MILLISECONDS`. For example
`after_reserve:crash:0.03,after_reserve:sleep=50`. A crash is SIGKILL to the own process: no handler, no flush, as in life. With an
ID it comes only where the work at hand has that id: one booking that kills whoever works it.
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
        "after_commit_before_reply",
        "before_claim",
        "after_reserve",
        "after_persist",
        "before_ack",
        "mid_chunk",
        "before_announcement",
        "mid_cancellation",
        "after_charge",
        "after_mail",
    }
)
OF_SOMEBODY: Final = frozenset({"before_claim"})
"""The places that say which ids are at work."""

Effect: TypeAlias = Callable[[Collection[UUID]], None]

_armed: dict[str, list[Effect]] = {}


def arm(specification: str) -> None:
    """Set the failpoints of this process.

    Raises:
        ValueError: an unknown name or action, or a number out of its range, so that a misspelt fault never passes as a survived one.
    """
    armed: dict[str, list[Effect]] = defaultdict(list)
    for part in filter(None, (part.strip() for part in specification.split(","))):
        name, _, rest = part.partition(":")
        action, _, probability = rest.partition(":")
        if name not in NAMES:
            raise ValueError(f"unknown failpoint {name!r}: one of {', '.join(sorted(NAMES))}")
        if action.startswith("crash=") and name not in OF_SOMEBODY:
            raise ValueError(f"the failpoint {name!r} does not know whose work it is: only {', '.join(sorted(OF_SOMEBODY))} do")
        armed[name].append(_effect(action, float(probability or 1)))
    _armed.clear()
    _armed.update(armed)


def reach(name: str, ids: Collection[UUID] = ()) -> None:
    """Do what was armed for this place, which is nothing in production. `ids`: whose work it is."""
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
