"""The errors about a text for a place."""

from __future__ import annotations

from core.places import route
from core.places.route import PlaceFault


def fault_of(text: str, other: str = "Mumbai") -> PlaceFault:
    """The fault of a word at the source of a flight to `other`."""
    end = route.read(text, other).source
    assert end.place is None
    assert end.fault is not None
    return end.fault
