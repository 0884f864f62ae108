"""Divide the flights of a ticket into itineraries: a new one begins where the traveller stays longer than for a connection. The app divides
the flights of a booking in the same way (`frontend/src/lib/itineraries.ts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from core.tickets.issue import TicketSegment

LONGEST_CONNECTION: Final = timedelta(hours=12)


def headings(segments: Sequence[TicketSegment]) -> list[str]:
    """The heading of each flight: `Outbound`, `Return`, or `Flight 1 of 3`; empty if the ticket has one itinerary."""
    itineraries = _divide(segments)
    if len(itineraries) == 1:
        return [""] * len(segments)
    ends = [(itinerary[0].source.name, itinerary[-1].destination.name) for itinerary in itineraries]
    names = [f"Flight {number} of {len(ends)}" for number in range(1, len(ends) + 1)]
    if len(ends) == 2 and ends[1] == ends[0][::-1]:
        names = ["Outbound", "Return"]
    return [name for name, itinerary in zip(names, itineraries, strict=True) for _ in itinerary]


def _divide(segments: Sequence[TicketSegment]) -> list[list[TicketSegment]]:
    itineraries: list[list[TicketSegment]] = []
    for segment in segments:
        if itineraries and _goes_on(itineraries[-1], segment):
            itineraries[-1].append(segment)
        else:
            itineraries.append([segment])
    return itineraries


def _goes_on(itinerary: Sequence[TicketSegment], following: TicketSegment) -> bool:
    """Whether a flight is a connection: it leaves the place of arrival within the longest wait, and goes to no earlier place of the
    itinerary.
    """
    last = itinerary[-1].destination
    if last.name != following.source.name or following.source.at - last.at > LONGEST_CONNECTION:
        return False
    return all(segment.source.name != following.destination.name for segment in itinerary)
