"""What people's words for a place mean."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.places import names, registry


@pytest.mark.parametrize(
    ("text", "iata"),
    [
        ("Delhi", "DEL"),
        ("new delhi", "DEL"),
        ("DEL", "DEL"),
        ("del", "DEL"),
        ("Mumbai", "BOM"),
        ("Bangalore", "BLR"),
        ("Bengaluru", "BLR"),
        ("Chennai", "MAA"),
        ("Kolkata", "CCU"),
        ("Hyderabad", "HYD"),
        ("Pune", "PNQ"),
        ("London", "LHR"),
        ("New York", "JFK"),
        ("  New   York ", "JFK"),
        ("São Paulo", "GRU"),
        ("Zürich", "ZRH"),
        ("Indira Gandhi International Airport", "DEL"),
        ("Surat", "STV"),
    ],
)
def test_a_code_a_city_and_an_airport_name_resolve_to_the_same_airport(text: str, iata: str) -> None:
    place = registry.resolve(text)
    assert place is not None
    assert place.iata == iata


@pytest.mark.parametrize("text", ["goa", "Goa", "GOA"])
def test_a_preferred_name_wins_over_a_code_that_spells_the_same(text: str) -> None:
    assert registry.place_key(text) == "GOI"


@pytest.mark.parametrize("text", ["Springfield", "Atlantis", "X", ""])
def test_an_ambiguous_or_unknown_name_resolves_to_nothing(text: str) -> None:
    assert registry.resolve(text) is None


def test_the_key_of_an_unknown_place_is_its_name_in_lower_case() -> None:
    assert registry.place_key(" Atlantis  Harbour") == "atlantis harbour"


def test_every_preferred_name_is_folded_and_names_a_known_airport() -> None:
    for name, iata in names.PREFERRED.items():
        assert registry.fold(name) == name
        assert registry.airport(iata) is not None
    for iata in names.CITIES:
        assert registry.airport(iata) is not None


def test_the_local_date_follows_the_time_zone_of_the_place_and_utc_where_it_is_unknown() -> None:
    late_evening = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)
    assert registry.local_date(late_evening, registry.resolve("Delhi")) == date(2026, 1, 2)
    assert registry.local_date(late_evening, registry.resolve("New York")) == date(2026, 1, 1)
    assert registry.local_date(late_evening, None) == date(2026, 1, 1)
