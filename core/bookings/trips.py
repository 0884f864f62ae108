"""What makes several flights one trip: each departs after the one before it has arrived, and all are paid in one currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from core.errors import Invalid


class NotChronological(Invalid):
    code = "not_chronological"


class MixedCurrencies(Invalid):
    """A trip has one price."""

    code = "mixed_currencies"


@dataclass(frozen=True, slots=True)
class Leg:
    """One flight of a trip, as far as the others care."""

    departure_ts: datetime
    arrival_ts: datetime
    currency: str


def find_flaw(legs: Sequence[Leg]) -> Invalid | None:
    """Why these flights, in the order of travel, are no trip; None if they are one. Where they go is the traveller's business."""
    for position, (before, after) in enumerate(pairwise(legs), start=1):
        if after.departure_ts < before.arrival_ts:
            return NotChronological.field(
                f"/flight_ids/{position}", "not_chronological", "This flight departs before the one before it has arrived."
            )
    for position, leg in enumerate(legs):
        if leg.currency != legs[0].currency:
            return MixedCurrencies.field(
                f"/flight_ids/{position}",
                "mixed_currencies",
                f"This flight is sold in {leg.currency} and the first one in {legs[0].currency}: book them apart.",
            )
    return None
