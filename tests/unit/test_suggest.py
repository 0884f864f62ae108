"""Suggestions of places for a typed text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.flights.airports import AirportView, ServedPlace
from core.places import registry, wanted
from core.places.fuzzy_match import Spellings
from core.search.suggestions import Suggestions

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
    place = registry.airport(wanted.read(name, "Delhi").source.keys[0])
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
        ("nueva york", "New York"),
        ("Дели", "Delhi"),
        ("d\u200belhi", "Delhi"),
    ],
)
def test_the_best_match_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_a_code_comes_before_names_that_begin_with_it() -> None:
    assert found("goi")[0] == "Goa"
    assert found("maa")[0] == "Chennai"


def test_the_beginning_of_a_name_comes_before_the_beginning_of_a_word() -> None:
    assert found("d")[:2] == ["Delhi", "Dubai"]


def test_typing_errors_are_looked_for_only_where_nothing_is_called_so() -> None:
    index = Suggestions([served("Delhi", 1), served("Denpasar", 900), served("Paris", 900)])
    assert [place.name for place in index.find("del", 9)] == ["Delhi"]
    assert [place.name for place in index.find("dem", 9)] == ["Denpasar", "Paris", "Delhi"]  # "Den", "de" Gaulle, "Del"


@pytest.mark.parametrize("typed", ["xyzzy", "qq", "🛫"])
def test_what_is_like_nothing_finds_nothing(typed: str) -> None:
    assert found(typed) == []


def test_a_city_is_offered_beside_its_airports_when_several_have_flights() -> None:
    places = [("Heathrow", "LHR", 5), ("Gatwick", "LGW", 3), ("Goa Dabolim", "GOI", 2), ("Mopa", "GOX", 1), ("Delhi", "DEL", 9)]
    index = Suggestions(
        ServedPlace(code, AirportView(name=name, iata=code, city=name, country="", timezone="Europe/London"), traffic)
        for name, code, traffic in places
    )

    def offered(typed: str) -> list[tuple[str, str | None]]:
        return [(place.name, place.iata) for place in index.find(typed, 9)]

    assert offered("lond") == [("London", "LON"), ("Heathrow", "LHR"), ("Gatwick", "LGW")]
    assert offered("lon")[0] == ("London", "LON")
    assert offered("goa")[:2] == [("Goa", None), ("Goa Dabolim", "GOI")]
    assert offered("delhi") == [("Delhi", "DEL")]


def test_nothing_typed_offers_the_busiest_places() -> None:
    assert found("  ", limit=2) == ["Atlantis Harbour", "Bangalore"]  # all alike, so by name
    busy = Suggestions([served("Chennai", 1), served("Bangalore", 1), served("Goa", 9)])
    assert [place.name for place in busy.find("", 2)] == ["Goa", "Bangalore"]


def test_of_two_that_match_alike_the_busier_is_first() -> None:
    index = Suggestions([served("Madrid", 10), served("Madurai", 20), served("Mumbai", 900), served("Chennai", 1000)])

    def named(typed: str) -> list[str]:
        return [place.name for place in index.find(typed, 9)]

    assert named("ma") == ["Madurai", "Madrid"]
    assert named("mad") == ["Madrid", "Madurai", "Chennai"]  # a code, a name, and a former name: a better match beats any traffic


def count_edits(typed: str, name: str) -> int:
    """Letters too many, too few, other ones and swapped neighbours between two texts, by the textbook."""
    table = [[max(row, column) for column in range(len(name) + 1)] for row in range(len(typed) + 1)]
    for row in range(1, len(typed) + 1):
        for column in range(1, len(name) + 1):
            other = typed[row - 1] != name[column - 1]
            table[row][column] = min(table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + other)
            if row > 1 and column > 1 and typed[row - 2 : row] == name[column - 2 : column][::-1]:
                table[row][column] = min(table[row][column], table[row - 2][column - 2] + 1)
    return table[-1][-1]


LETTERS = st.text("abc \U0010ffff", min_size=1, max_size=14)


@settings(deadline=None)
@given(spellings=st.sets(LETTERS, max_size=30), typed=LETTERS.filter(lambda text: len(text) > 2), allowed=st.sampled_from((1, 2)))
def test_edits_are_those_of_the_best_beginning_by_the_textbook(spellings: set[str], typed: str, allowed: int) -> None:
    best = {
        spelling: min(count_edits(typed, spelling[:end]) for end in range(len(spelling) + 1))
        for spelling in spellings
        if set(typed[:2]) & set(spelling[:2])
    }
    assert list(Spellings(spellings).near(typed, allowed)) == sorted(
        (spelling, number) for spelling, number in best.items() if number <= allowed
    )


def test_a_long_text_is_looked_for_among_long_names() -> None:
    rng = random.Random(1)
    names = [
        " ".join("".join(rng.choices("abcdefghilmnorstu", k=rng.randint(4, 10))) for _ in range(9))[:80] for _ in range(2000)
    ]
    index = Suggestions(
        ServedPlace(name, AirportView(name=name, iata=None, city=None, country=None, timezone=None), 1) for name in names
    )
    assert index.find(f"{names[0][:10]}z{names[0][10:60]}z{names[0][60:72]}", 1)[0].name == names[0]
    assert index.find(("mumbai " * 12)[:74], 1) == []
