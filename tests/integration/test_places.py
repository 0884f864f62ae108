"""Places in requests, files and searches: which texts can be an end of a flight, what a search means, and which texts are never accepted
silently.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.imports.csv import routes
from tests.support.api import ApiFactory
from tests.support.flights import add_flight, body, noon_in
from tests.support.imports import ImportSteps, ImportStepsFactory, counts, csv_of, faults, row

DAY = noon_in(10).date().isoformat()


def numbers(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [flight["flight_number"] for flight in response.json()]


def search(client: httpx.Client, source: str, destination: str, **more: Any) -> httpx.Response:
    return client.get("/api/v1/search", params={"source": source, "destination": destination, "date": DAY, **more})


@pytest.fixture
def cities(admin: httpx.Client) -> None:
    """Flights between three airports of London and two of New York."""
    for number, (source, destination, hours, price) in enumerate(
        [("LHR", "JFK", 3, 500), ("LGW", "JFK", 1, 300), ("LCY", "EWR", 2, 400), ("STN", "DEL", 2, 100)]
    ):
        at = {"departure_ts": noon_in(10, hours=hours), "arrival_ts": noon_in(10, hours=hours + 9 - number)}
        add_flight(admin, flight_number=f"XX-{number}", source=source, destination=destination, price=price, **at)


@pytest.mark.usefixtures("cities")
def test_a_city_means_all_its_airports_and_a_header_names_them(client: httpx.Client) -> None:
    for source, destination in (("London", "New York"), ("LON", "NYC"), ("лондон", "Nueva York")):
        found = search(client, source, destination)
        assert numbers(found) == ["XX-1", "XX-2", "XX-0"]
        assert found.headers["x-matched-airports"] == "LHR, LGW, STN, LTN, LCY, SEN; JFK, EWR, LGA"
    assert numbers(search(client, "London", "New York", sort="price")) == ["XX-1", "XX-2", "XX-0"]
    assert numbers(search(client, "London", "New York", sort="fastest")) == ["XX-2", "XX-1", "XX-0"]
    assert numbers(search(client, "London", "New York", limit=2)) == ["XX-1", "XX-2"]
    assert numbers(search(client, "London", "JFK")) == ["XX-1", "XX-0"]
    one = search(client, "LHR", "JFK")
    assert (numbers(one), one.headers["x-matched-airports"]) == (["XX-0"], "LHR; JFK")
    nowhere = search(client, "Atlantis", "JFK")
    assert (numbers(nowhere), nowhere.headers["x-matched-airports"]) == ([], "-; JFK")


@pytest.mark.usefixtures("cities")
def test_a_change_at_one_airport_of_a_city_is_seen_at_once(admin: httpx.Client, client: httpx.Client) -> None:
    assert search(client, "London", "New York").headers["x-cache"] == "miss"
    assert search(client, "London", "New York").headers["x-cache"] == "hit"
    at = {"departure_ts": noon_in(10, hours=4), "arrival_ts": noon_in(10, hours=12)}
    add_flight(admin, flight_number="XX-9", source="STN", destination="LGA", **at)
    found = search(client, "London", "New York")
    assert (numbers(found), found.headers["x-cache"]) == (["XX-1", "XX-2", "XX-0", "XX-9"], "miss")


@pytest.mark.usefixtures("cities")
def test_itineraries_and_the_calendar_mean_all_airports_of_a_city(client: httpx.Client) -> None:
    parameters = {"source": "London", "destination": "New York", "date": DAY}
    for sort, expected in {"price": ["XX-1", "XX-2", "XX-0"], "fastest": ["XX-2", "XX-1", "XX-0"]}.items():
        found = client.get("/api/v1/itineraries", params={**parameters, "sort": sort}).json()
        assert [[flight["flight_number"] for flight in each["segments"]] for each in found["data"]] == [
            [number] for number in expected
        ]
        assert found["complete"]
    best = client.get("/api/v1/itineraries", params={**parameters, "limit": 1}).json()["data"]
    assert [each["segments"][0]["flight_number"] for each in best] == ["XX-1"]
    month = client.get("/api/v1/calendar", params={"source": "London", "destination": "New York", "month": DAY[:7]}).json()[
        "data"
    ]
    assert [(day["date"], day["flights"], day["price"]) for day in month] == [(DAY, 3, "300.00")]
    nothing = client.get("/api/v1/itineraries", params={"source": "London", "destination": "Tokyo", "date": DAY})
    assert (nothing.status_code, nothing.json()) == (200, {"data": [], "complete": True, "currencies": []})
    same = client.get("/api/v1/itineraries", params={"source": "LHR", "destination": "Heathrow", "date": DAY})
    assert same.json()["errors"][0]["code"] == "same_place"


@pytest.mark.parametrize("path", ["search", "itineraries", "calendar"])
def test_a_search_for_one_of_several_cities_names_them(client: httpx.Client, path: str) -> None:
    parameters = {"source": "San Jose", "destination": "Tokyo", **({"month": DAY[:7]} if path == "calendar" else {"date": DAY})}
    response = client.get(f"/api/v1/{path}", params=parameters)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == ("?source", "ambiguous_place")
    assert {"SJC", "SJO"} <= {each["iata"] for each in error["candidates"]}
    assert client.get(f"/api/v1/{path}", params={**parameters, "destination": "Seattle"}).status_code == 200
    look_alike = client.get(f"/api/v1/{path}", params={**parameters, "source": "D\u0435lhi"})
    assert "U+0435 CYRILLIC SMALL LETTER IE" in look_alike.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("source", "code", "candidates"),
    [
        ("London", "ambiguous_place", {"LHR", "LGW", "STN", "LTN", "LCY", "SEN"}),
        ("NYC", "ambiguous_place", {"JFK", "EWR", "LGA"}),
        ("Goa", "ambiguous_place", {"GOI", "GOX"}),
        ("Victoria", "ambiguous_place", {"YYJ", "YWH", "VCT", "SEZ"}),
        ("Dehli", "unknown_place", {"DEL"}),
        ("Bombey", "unknown_place", set()),
        ("TSE", "unknown_place", {"NQZ"}),
        ("Atlantis", "unknown_place", None),
        ("NULL", "missing", set()),
        ("nan", "missing", set()),
        ("S\ufffdo Paulo", "not_a_place", set()),
    ],
)
def test_an_invalid_place_is_refused_in_requests_and_files(
    import_steps: ImportSteps, source: str, code: str, candidates: set[str] | None
) -> None:
    response = import_steps.admin.post("/admin/flights", json=body(source=source))
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/source"
    assert error["code"] == ("bad_format" if code == "not_a_place" else code)
    assert candidates is None or {each["iata"] for each in error.get("candidates", ())} == candidates
    status = import_steps.take(csv_of([row(1, source=source), row(2)]))
    assert faults(status) == [(2, "source", code)]
    assert status["errors"][0]["message"] == error["message"]
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 1}
    assert import_steps.rows("SELECT source FROM flights") == [("Delhi",)]


@pytest.mark.parametrize(
    "written", ["Del\u200bhi", "\u202aDelhi\u202c", "\ufeffDelhi", "Del\u2060hi", "De\u00adlhi", "Delhi\ufe0f"]
)
def test_invisible_characters_are_stored_by_neither_requests_nor_imports(import_steps: ImportSteps, written: str) -> None:
    flight = add_flight(import_steps.admin, source=written)
    assert (flight["source"], flight["source_iata"]) == ("Delhi", "DEL")
    assert import_steps.take(csv_of([row(1, source=written, flight_number="A\u200bI-1")]))["created"] == 1
    assert import_steps.rows("SELECT flight_number, source, source_iata FROM flights ORDER BY flight_number") == [
        ("AI-1", "Delhi", "DEL"),
        ("AI-202", "Delhi", "DEL"),
    ]


def test_a_name_of_several_cities_is_read_from_the_other_end_of_its_row(import_steps: ImportSteps) -> None:
    status = import_steps.take(
        csv_of(
            [
                row(1, source="San Jose", destination="Seattle"),
                row(2, source="San Jose", destination="Liberia"),
                row(3, source="Liberia", destination="San Jose"),
                row(4, source="San Jose", destination="Delhi"),
            ]
        )
    )
    assert faults(status) == [(5, "source", "ambiguous_place")]
    assert import_steps.rows("SELECT source_iata, destination_iata FROM flights ORDER BY flight_number") == [
        ("SJC", "SEA"),
        ("SJO", "LIR"),
        ("LIR", "SJO"),
    ]


def test_no_update_takes_the_code_of_a_place_away(open_import_steps: ImportStepsFactory) -> None:
    import_steps = open_import_steps(UNKNOWN_PLACES="accept")
    flight = add_flight(import_steps.admin, source="Hill Strip")
    assert (flight["source_iata"], flight["source_timezone"]) == (None, None)
    address = f"/admin/flights/{flight['id']}"
    assert import_steps.admin.put(address, json=body(source="Delhi")).json()["source_iata"] == "DEL"
    refused = import_steps.admin.put(address, json=body(source="Dehli"))
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/source", "place_lost")
    import_steps.take(csv_of([row(1)]))
    for end in ("source", "destination"):
        status = import_steps.take(csv_of([row(1, **{end: "Hill Strip"})]))
        assert faults(status) == [(2, end, "place_lost")]
        assert "Hill Strip" in status["errors"][0]["message"]
    assert import_steps.rows("SELECT source_iata, destination_iata FROM flights WHERE flight_number = 'AI-1'") == [("DEL", "BOM")]


def test_a_place_that_is_not_in_the_registry_is_shown_as_unknown(
    start_api: ApiFactory, open_import_steps: ImportStepsFactory
) -> None:
    import_steps = open_import_steps(UNKNOWN_PLACES="accept")
    add_flight(import_steps.admin, source="Hill Strip")
    (offered,) = import_steps.admin.get("/api/v1/airports/suggest", params={"q": "hill"}).json()
    assert offered == {"name": "Hill Strip", "iata": None, "city": None, "country": None, "timezone": None}


def test_many_misspelt_places_in_one_file_are_all_refused_and_the_first_have_suggestions(
    import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "HINTS", 2)
    status = import_steps.take(csv_of([row(n, source=f"Delh{'abcde'[n]}") for n in range(5)]))
    assert [(error["code"], "Did you mean" in error["message"]) for error in status["errors"]] == [
        ("unknown_place", True),
        ("unknown_place", True),
        ("unknown_place", False),
        ("unknown_place", False),
        ("unknown_place", False),
    ]
