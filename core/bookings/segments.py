"""What makes several flights one booking: each departs after the one before it has arrived, and all are paid in one currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from core.errors import Invalid


class NotChronological(Invalid):
    code = "not_chronological"


class MixedCurrencies(Invalid):
    """A booking has one price."""

    code = "mixed_currencies"


class Segment(Protocol):
    """One flight of a booking, as far as the others care."""

    @property
    def departure_ts(self) -> datetime: ...
    @property
    def arrival_ts(self) -> datetime: ...
    @property
    def currency(self) -> str: ...


def find_flaw(segments: Sequence[Segment]) -> Invalid | None:
    """Why these flights, in the order of travel, cannot be one booking; None if they can. Where they go is the traveller's business."""
    for position, (before, after) in enumerate(pairwise(segments), start=1):
        if after.departure_ts < before.arrival_ts:
            return NotChronological.field(
                f"/flight_ids/{position}", "not_chronological", "This flight departs before the one before it has arrived."
            )
    for position, segment in enumerate(segments):
        if segment.currency != segments[0].currency:
            return MixedCurrencies.field(
                f"/flight_ids/{position}",
                "mixed_currencies",
                f"This flight is sold in {segment.currency} and the first one in {segments[0].currency}: book them apart.",
            )
    return None
