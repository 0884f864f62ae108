"""A set of route days contains what was added to it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.flights.announcements.route_versions import RouteDay, RouteDays

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
