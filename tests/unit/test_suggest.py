"""Places for what was typed so far."""

from __future__ import annotations

import pytest

from core.flights import places
from core.flights.airports import AirportView, ServedPlace
from core.flights.suggest import Suggestions

CITIES = (
    "Bangalore",
    "Chennai",
    "Delhi",
    "Dubai",
    "Goa",
    "Hyderabad",
    "London",
    "Madurai",
    "Mumbai",
    "New York",
    "Pune",
    "São Paulo",
)


def served(name: str, traffic: int = 0) -> ServedPlace:
    place = places.resolve(name)
    assert place is not None
    airport = AirportView(name=name, iata=place.iata, city=place.city, country=place.country, timezone=place.timezone)
    return ServedPlace(place.iata, airport, traffic)


HARBOUR = AirportView(name="Atlantis Harbour", iata=None, city=None, country=None, timezone=None)
SUGGESTIONS = Suggestions([*map(served, CITIES), ServedPlace("atlantis harbour", HARBOUR, 0)])


def found(typed: str, limit: int = 3) -> list[str]:
    return [place.name for place in SUGGESTIONS.find(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("del", "Delhi"),
        ("DEL", "Delhi"),
        ("bom", "Mumbai"),
        ("mum", "Mumbai"),
        ("bombay", "Mumbai"),
        ("bengal", "Bangalore"),
        ("york", "New York"),
        ("heathrow", "London"),
        ("sao", "São Paulo"),
        ("são", "São Paulo"),
        ("harb", "Atlantis Harbour"),
        ("dehli", "Delhi"),
        ("mubai", "Mumbai"),
        ("mumbaai", "Mumbai"),
        ("hydrebad", "Hyderabad"),
        ("banglore", "Bangalore"),
        ("chenai", "Chennai"),
        ("new yrok", "New York"),
    ],
)
def test_the_place_that_was_meant_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_a_code_comes_before_names_that_begin_with_it() -> None:
    assert found("goi")[0] == "Goa"
    assert found("maa")[0] == "Chennai"


def test_the_beginning_of_a_name_comes_before_the_beginning_of_a_word() -> None:
    assert found("d")[:2] == ["Delhi", "Dubai"]


@pytest.mark.parametrize("typed", ["xyzzy", "qq", "🛫"])
def test_what_is_like_nothing_finds_nothing(typed: str) -> None:
    assert found(typed) == []


def test_nothing_typed_offers_the_busiest_places() -> None:
    assert found("  ", limit=2) == ["Atlantis Harbour", "Bangalore"]  # all alike, so by name
    busy = Suggestions([served("Chennai", 1), served("Bangalore", 1), served("Goa", 9)])
    assert [place.name for place in busy.find("", 2)] == ["Goa", "Bangalore"]


def test_of_two_that_match_alike_the_busier_is_first() -> None:
    index = Suggestions([served("Madrid", 10), served("Madurai", 20), served("Mumbai", 900), served("Chennai", 1000)])

    def named(typed: str) -> list[str]:
        return [place.name for place in index.find(typed, 9)]

    assert named("ma") == ["Chennai", "Madurai", "Madrid"]  # Chennai was Madras
    assert named("mad")[0] == "Madrid"  # its code: a better match beats any traffic
