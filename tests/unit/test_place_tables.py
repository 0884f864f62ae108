"""The tables of places agree with the registry of airports and with how names are compared."""

from __future__ import annotations

from datetime import UTC, date, datetime

import airportsdata

from core.places import cities, names, registry, resolver, several_airports
from core.places.folding import fold, name_key
from core.text.patterns import is_missing


def test_our_own_lists_are_folded_and_name_airports_of_the_registry() -> None:
    for name, iata in [*names.NAMES.items(), *names.FIRST.items()]:
        assert name_key(name) == name
        assert registry.airport(iata) is not None
    for city in several_airports.SEVERAL_AIRPORTS:
        assert name_key(city.name) == city.name
        assert [code for code in city.airports if registry.airport(code) is None] == []
        assert city.code is None or registry.airport(city.code) is None or city.code in city.airports
    for code in [*names.RETIRED.values(), *names.CITIES, *names.WITH_ACCENT.values()]:
        assert registry.airport(code) is not None


def test_the_table_of_cities_is_folded_as_look_ups_are() -> None:
    for table in (cities.cities().named, cities.cities().called):
        assert [name for name in table if name_key(name) != name] == []


def test_names_that_are_alike_but_for_marks_and_case_fold_to_one() -> None:
    assert fold("  ÅRHUS\u200b-Øst ") == fold("arhus ost") == "arhus ost"
    assert fold("O’Hare") == fold("O'HARE") == "ohare"


def test_the_local_date_follows_the_time_zone_of_the_place_and_utc_where_it_is_unknown() -> None:
    late_evening = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
    assert registry.local_date(late_evening, resolver.end_of("Delhi")) == date(2026, 1, 2)
    assert registry.local_date(late_evening, resolver.end_of("JFK")) == date(2026, 1, 1)
    assert registry.local_date(late_evening, None) == date(2026, 1, 1)


def test_no_code_of_an_airport_is_a_word_for_nothing() -> None:
    """`NAN` and `NAT` are airports, although programs write such words for a missing value."""
    codes = airportsdata.load("IATA")
    assert len(codes) > 5_000
    assert [code for code in codes if is_missing(code)] == []
