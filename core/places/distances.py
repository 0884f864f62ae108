"""How far two airports are from each other."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Final

from core.places.registry import Place

EARTH_RADIUS_KM: Final = 6_371


def kilometres(one: Place, other: Place) -> float:
    """The length of the great circle between two airports."""
    latitudes = radians(one.latitude), radians(other.latitude)
    across = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(across + cos(latitudes[0]) * cos(latitudes[1]) * along))
