"""Passengers: named with the booking, added and corrected later without a change of the seats."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from core import keys
from core.clock import now
from tests.support import passengers
from tests.support.api import RunningApi, problem, register
from tests.support.passengers import ASHA, BY_REFERENCE, RAVI, book, correct, read
from tests.support.pipeline import Pipeline

booking = passengers.booking


def test_passengers_are_on_the_booking_in_their_order(traveller: httpx.Client, pipeline: Pipeline, booking: UUID) -> None:
    assert read(traveller, booking)["passengers"] == [
        {"position": 1, **ASHA},
        {"position": 2, "date_of_birth": None, "contact": None, **RAVI},
    ]
    unnamed = book(traveller, pipeline).json()["booking_id"]
    assert read(traveller, unnamed)["passengers"] == []


@pytest.mark.parametrize(
    ("passenger", "pointer", "code"),
    [
        ({"name": "   "}, "name", "no_surname"),
        ({"name": "Asha 7"}, "name", "no_surname"),
        ({"name": ""}, "name", "too_short"),
        ({"name": "A" * 101}, "name", "too_long"),
        ({"name": "Asha\nRao"}, "name", "bad_format"),
        ({"name": "Asha R\u0430o"}, "name", "bad_format"),  # a Cyrillic letter
        ({"name": "Asha R\ufffdo"}, "name", "bad_format"),
        ({"name": "Asha Rao", "date_of_birth": (now() + timedelta(days=2)).date().isoformat()}, "date_of_birth", "in_the_future"),
        ({"name": "Asha Rao", "date_of_birth": "1899-12-31"}, "date_of_birth", "out_of_range"),
        ({"name": "Asha Rao", "contact": "  "}, "contact", "too_short"),
        ({"name": "Asha Rao", "contact": "x" * 201}, "contact", "too_long"),
    ],
)
def test_what_is_no_passenger_is_refused_when_booking_and_when_correcting(
    traveller: httpx.Client, pipeline: Pipeline, booking: UUID, passenger: dict[str, str], pointer: str, code: str
) -> None:
    refused = book(traveller, pipeline, {"name": "Ravi Rao"}, passenger)
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(f"/passengers/1/{pointer}", code)]
    refused = correct(traveller, booking, 1, **passenger)
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(f"/{pointer}", code)]
    assert read(traveller, booking)["passengers"][0] == {"position": 1, **ASHA}


def test_there_are_no_more_passengers_than_seats(traveller: httpx.Client, pipeline: Pipeline) -> None:
    refused = book(traveller, pipeline, ASHA, RAVI, ASHA)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many")


def test_a_correction_changes_what_it_names_and_nothing_else(traveller: httpx.Client, pipeline: Pipeline, booking: UUID) -> None:
    def everything_else() -> list[Any]:
        with pipeline.db.snapshot() as connection:
            rows: list[Any] = [
                connection.execute(f"SELECT * FROM {table}".encode()).fetchall() for table in ("flights", "bookings")
            ]
        flight = UUID(read(traveller, booking)["flight_id"])
        return [*rows, pipeline.redis.hgetall(keys.inventory(flight)), pipeline.redis.hgetall(keys.reservations(flight))]

    before = everything_else()
    corrected = correct(traveller, booking, 1, name="  Asha   Menon ")
    assert corrected.status_code == 200
    assert corrected.json()["passengers"][0] == {"position": 1, **ASHA, "name": "Asha Menon"}
    assert correct(traveller, booking, 1, contact=None, date_of_birth="2024-02-29").json()["passengers"][0] == {
        "position": 1,
        "name": "Asha Menon",
        "date_of_birth": "2024-02-29",
        "contact": None,
    }
    assert correct(traveller, booking, 2).status_code == 422
    assert read(traveller, booking)["passengers"][1]["name"] == RAVI["name"]
    assert everything_else() == before


def test_corrections_of_different_fields_at_once_are_both_kept(api: RunningApi, traveller: httpx.Client, booking: UUID) -> None:
    changes: list[dict[str, str]] = [{"name": "Asha Menon"}, {"contact": "menon@example.com"}, {"date_of_birth": "1991-01-01"}]

    def send(change: dict[str, str]) -> int:
        with api.client({"Authorization": traveller.headers["Authorization"]}) as client:
            return correct(client, booking, 1, **change).status_code

    with ThreadPoolExecutor(3) as executor:
        assert list(executor.map(send, changes)) == [200, 200, 200]
    merged = {"position": 1, **changes[0], **changes[1], **changes[2]}
    assert read(traveller, booking)["passengers"][0] == merged


def test_passengers_of_a_booking_that_ended_or_left_stay(traveller: httpx.Client, pipeline: Pipeline, booking: UUID) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute(
            "UPDATE flights SET departure_ts = now() - interval '1 minute', arrival_ts = now() + interval '1 hour'"
        )
    refused = correct(traveller, booking, 1, name="Asha Menon")
    assert (refused.status_code, refused.json()["code"], refused.json()["booking_status"]) == (
        409,
        "passengers_fixed",
        "CONFIRMED",
    )
    over = UUID(book(traveller, pipeline, ASHA).json()["booking_id"])
    pipeline.work(over)
    traveller.delete(f"/api/v1/bookings/{over}")
    refused = correct(traveller, over, 1, name="Asha Menon")
    assert (refused.status_code, refused.json()["booking_status"]) == (409, "CANCELLED")


def test_unknown_passengers_and_those_of_others_cannot_be_corrected(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, booking: UUID
) -> None:
    for position in (0, 3, 99999):
        missing = correct(traveller, booking, position, name="Asha Menon")
        assert (missing.status_code, missing.json()["code"]) == (404, "passenger_not_found")
    with api.client(register(client).headers) as other_traveller:
        for target in (booking, UUID(int=7)):
            foreign = correct(other_traveller, target, 1, name="Asha Menon")
            assert (foreign.status_code, foreign.json()["code"]) == (404, "booking_not_found")
    assert read(traveller, booking)["passengers"][0]["name"] == "Asha Rao"


def name(client: httpx.Client, booking: UUID, *people: dict[str, Any]) -> httpx.Response:
    return client.patch(f"/api/v1/bookings/{booking}/passengers", json={"passengers": list(people)})


def test_names_are_added_and_corrected_after_booking(traveller: httpx.Client, pipeline: Pipeline) -> None:
    booking = UUID(book(traveller, pipeline).json()["booking_id"])
    pipeline.work(booking)
    assert name(traveller, booking, ASHA).json()["passengers"] == [{"position": 1, **ASHA}]
    response = name(traveller, booking, RAVI, {"position": 1, "name": "Asha Rao-Iyer"})
    assert [each["name"] for each in response.json()["passengers"]] == ["Asha Rao-Iyer", RAVI["name"]]
    assert response.json()["passengers"][0]["contact"] == ASHA["contact"]
    assert read(traveller, booking)["seats"] == 2
    found = traveller.get(f"{BY_REFERENCE}/{response.json()['reference']}", params={"surname": "Cruz"})
    assert found.status_code == 200


@pytest.mark.parametrize(
    ("people", "status", "pointer"),
    [
        ([ASHA, RAVI, ASHA], 422, "/passengers"),
        ([{"contact": "x@example.com"}], 422, "/passengers/0/name"),
        ([{"name": "???"}], 422, "/passengers/0/name"),
        ([ASHA, {"name": ""}], 422, "/passengers"),
        ([{"position": 1, "name": "Asha Rao"}], 404, ""),
        ([{**ASHA, "seat": "12A"}], 422, "/passengers"),
        ([], 422, "/passengers"),
    ],
)
def test_names_are_added_all_or_none(
    traveller: httpx.Client, pipeline: Pipeline, people: list[dict[str, Any]], status: int, pointer: str
) -> None:
    booking = UUID(book(traveller, pipeline).json()["booking_id"])
    response = name(traveller, booking, *people)
    assert response.status_code == status, response.text
    if pointer:
        assert response.json()["errors"][0]["pointer"].startswith(pointer)
    assert read(traveller, booking)["passengers"] == []


def test_nobody_is_added_twice_at_the_same_moment(traveller: httpx.Client, pipeline: Pipeline) -> None:
    booking = UUID(book(traveller, pipeline).json()["booking_id"])
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda _: name(traveller, booking, ASHA).status_code, range(6)))
    assert sorted(responses) == [200, 200, 422, 422, 422, 422]
    assert len(read(traveller, booking)["passengers"]) == 2


def test_names_stay_once_the_flight_has_left_or_the_booking_has_ended(
    api: RunningApi, traveller: httpx.Client, pipeline: Pipeline, booking: UUID
) -> None:
    with api.client(api.admit().headers) as somebody:
        problem(name(somebody, booking, {"position": 1, "name": "Eve Adams"}), 404, "booking_not_found")
    traveller.delete(f"/api/v1/bookings/{booking}")
    problem(name(traveller, booking, {"position": 1, "name": "Eve Adams"}), 409, "passengers_fixed")
