"""What the present pass of the sweep has found and repaired, for the metrics and for the record of the passes."""

from __future__ import annotations

from collections import Counter

from core.sweeps.models import FindingKind
from core.telemetry.metrics import SWEEP_FOUND, SWEEP_REPAIRED


class Findings:
    """Used by the thread of the sweep alone."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()

    def note(self, kind: FindingKind, found: int, repaired: int | None = None) -> None:
        """Count findings of one kind. `repaired`: how many of them were repaired; None: all."""
        if not found:
            return
        set_right = found if repaired is None else repaired
        self.found[kind] += found
        self.repaired[kind] += set_right
        SWEEP_FOUND.labels(kind).inc(found)
        SWEEP_REPAIRED.labels(kind).inc(set_right)

    def clear(self) -> None:
        """Begin a new pass."""
        self.found.clear()
        self.repaired.clear()
