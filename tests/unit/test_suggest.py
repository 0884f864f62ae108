"""Places for what was typed so far."""

from __future__ import annotations

import pytest

from core.flights import places
from core.flights.search import AirportView
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


def airport(name: str) -> AirportView:
    place = places.resolve(name)
    assert place is not None
    return AirportView(name=name, iata=place.iata, city=place.city, country=place.country, timezone=place.timezone)


SUGGESTIONS = Suggestions(
    [*map(airport, CITIES), AirportView(name="Atlantis Harbour", iata=None, city=None, country=None, timezone=None)]
)


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


def test_nothing_typed_offers_the_first_places() -> None:
    assert found("  ", limit=2) == ["Bangalore", "Chennai"]
