"""The places that have flights: their names, and how many flights they have."""

from __future__ import annotations

from typing import Final

import msgspec

from core.db import RawConnection
from core.places import registry
from core.places.folding import fold

SAMPLED_BYTES: Final = 4 * 1024 * 1024
"""How much of the table of flights is read to count the flights of places: all of it up to some 20,000 flights, a sample of its blocks if
there are more."""

# A recursive query that reads the next route from the index each time, instead of all flights (loose index scan): a thousand look-ups for a
# thousand routes.
_ROUTES: Final = """
    WITH RECURSIVE route AS (
        (SELECT source_key, destination_key, source, destination, source_iata, destination_iata
         FROM flights ORDER BY source_key, destination_key LIMIT 1)
        UNION ALL
        SELECT following.* FROM route, LATERAL (
            SELECT source_key, destination_key, source, destination, source_iata, destination_iata FROM flights
            WHERE (source_key, destination_key) > (route.source_key, route.destination_key)
            ORDER BY source_key, destination_key LIMIT 1
        ) AS following
    )
    SELECT key, iata, name FROM (
        SELECT source_key AS key, source_iata AS iata, source AS name FROM route
        UNION ALL SELECT destination_key, destination_iata, destination FROM route
    ) AS named GROUP BY key, iata, name ORDER BY key, count(*) DESC, length(name) DESC, name COLLATE "C"
"""
# REPEATABLE takes the same blocks each time, so the order of places changes only if their flights change.
_TRAFFIC: Final = """
    SELECT key, count(*) FROM flights TABLESAMPLE SYSTEM (%s) REPEATABLE (1), LATERAL (VALUES (source_key), (destination_key)) AS ends (key)
    GROUP BY key
"""


class AirportView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that has a flight. `name` is what its flights call it; the other fields are only set if the place is in the registry.
    Suggestions may also be cities with several such places; their `iata` is the code of the metropolitan area, if there is one.
    """

    name: str
    iata: str | None
    city: str | None
    country: str | None
    timezone: str | None


class ServedPlace(msgspec.Struct, frozen=True, array_like=True):
    """A place that has a flight, by its key (`End.key` in `core/places/route.py`). `traffic`: departures and arrivals in the sample; only comparable
    with those of the same answer.
    """

    key: str
    airport: AirportView
    traffic: int


def list_places(connection: RawConnection) -> list[ServedPlace]:
    """Every place that has a flight, once, in the order of their names. If its flights use several names, it has the name of most of its routes;
    if several are equally frequent, the longest, which is usually a city and not a code.
    """
    traffic = _count_traffic(connection)
    found: dict[str, ServedPlace] = {}
    for key, iata, name in connection.execute(_ROUTES):
        if key not in found:
            found[key] = ServedPlace(key, _airport(name, iata), traffic.get(key, 0))
    return sorted(found.values(), key=lambda place: fold(place.airport.name))


def find_place_keys(connection: RawConnection, text: str) -> list[str]:
    """The keys of places that have a flight and whose name contains `text`, or whose code it is."""
    part = fold(text)
    named = connection.execute(_ROUTES).fetchall()
    return sorted({key for key, iata, name in named if part in fold(name) or part == (iata or "").lower()})


def _count_traffic(connection: RawConnection) -> dict[str, int]:
    row = connection.execute("SELECT pg_relation_size('flights')").fetchone()
    assert row is not None
    percent = min(100.0, 100.0 * SAMPLED_BYTES / max(1, row[0]))
    return dict(connection.execute(_TRAFFIC, (percent,)).fetchall())


def _airport(name: str, iata: str | None) -> AirportView:
    place = registry.airport(iata) if iata else None
    return AirportView(
        name=name,
        iata=iata,
        city=place.city if place else None,
        country=place.country if place else None,
        timezone=place.timezone if place else None,
    )
