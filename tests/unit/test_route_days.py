"""A set of route days contains what was added to it, and the route days of the rows of a file are all of them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from core.flights.announcements.route_versions import RouteDay, RouteDays
from core.imports.validation import route_days

ROUTE_DAYS = st.builds(
    RouteDay,
    st.sampled_from(["DEL", "BOM", "GOI"]),
    st.sampled_from(["LHR", "CDG"]),
    st.dates(date(2000, 1, 1), date(2199, 12, 31)),
)


@given(st.sets(ROUTE_DAYS), st.sets(ROUTE_DAYS))
def test_a_set_of_route_days_gives_back_what_was_put_into_it(some: set[RouteDay], more: set[RouteDay]) -> None:
    collected = RouteDays(some)
    collected.update(more)
    collected.update(RouteDays(some))
    everything = some | more
    assert set(collected) == everything
    assert len(collected) == len(everything)
    assert collected.days() == {each.day for each in everything}
    assert {route: days for route, days in collected.by_route() if days} == {
        route: {each.day for each in everything if each[:2] == route} for route in {each[:2] for each in everything}
    }


ENDS = st.sampled_from(
    [("Delhi", "DEL"), ("delhi", "DEL"), ("Mumbai", "BOM"), ("Nowhere", None), ("NOWHERE", None), ("Elsewhere", None)]
)
ROWS = st.tuples(ENDS, ENDS, st.dates(date(2000, 1, 1), date(2099, 12, 31)))


@given(st.lists(ROWS))
def test_the_route_days_of_rows(rows: list[tuple[tuple[str, str | None], tuple[str, str | None], date]]) -> None:
    table = pa.table(
        {
            "source": pa.array([source for (source, _), _, _ in rows], pa.string()),
            "source_iata": pa.array([code for (_, code), _, _ in rows], pa.string()),
            "destination": pa.array([destination for _, (destination, _), _ in rows], pa.string()),
            "destination_iata": pa.array([code for _, (_, code), _ in rows], pa.string()),
            "departure_date": pa.array([day for _, _, day in rows], pa.date32()),
        }
    )
    key = {"Delhi": "DEL", "delhi": "DEL", "Mumbai": "BOM"}
    expected = {
        RouteDay(key.get(source, source.lower()), key.get(destination, destination.lower()), day)
        for (source, _), (destination, _), day in rows
    }
    assert set(route_days(table)) == expected
