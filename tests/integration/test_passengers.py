"""Who travels: named when booking, corrected without touching a seat, and found by reference and surname."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.http import addresses
from core import keys
from core.bookings import surnames
from core.bookings.intake import references
from core.bookings.passengers import surname_key
from core.clock import now
from core.ratelimit.limits import LIMITS, Limit, Scope
from tests.support.api import ApiFactory, RunningApi, problem, register
from tests.support.pipeline import Pipeline

BY_REFERENCE = "/api/v1/bookings/by-reference"
ASHA = {"name": "Asha Rao", "date_of_birth": "1990-02-28", "contact": "asha@example.com"}
RAVI = {"name": "Ravi Łukasz de la Cruz"}


def book(client: httpx.Client, pipeline: Pipeline, *passengers: dict[str, Any], flight: UUID | None = None) -> httpx.Response:
    return client.post(
        "/api/v1/booking",
        json={"flight_id": str(flight or pipeline.flight(9)), "seats": 2, "passengers": list(passengers)},
    )


@pytest.fixture
def booking(traveller: httpx.Client, pipeline: Pipeline) -> UUID:
    """Of Asha and Ravi, confirmed."""
    booking = UUID(book(traveller, pipeline, ASHA, RAVI).json()["booking_id"])
    pipeline.work(booking)
    return booking


def read(client: httpx.Client, booking: UUID) -> dict[str, Any]:
    view: dict[str, Any] = client.get(f"/api/v1/bookings/{booking}").json()
    return view


def correct(client: httpx.Client, booking: UUID, position: int, **changes: Any) -> httpx.Response:
    return client.patch(f"/api/v1/bookings/{booking}/passengers/{position}", json=changes)


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

    with ThreadPoolExecutor(3) as crowd:
        assert list(crowd.map(send, changes)) == [200, 200, 200]
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


def test_nobody_corrects_who_is_not_there_or_not_theirs(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, booking: UUID
) -> None:
    for position in (0, 3, 99999):
        missing = correct(traveller, booking, position, name="Asha Menon")
        assert (missing.status_code, missing.json()["code"]) == (404, "passenger_not_found")
    with api.client(register(client).headers) as stranger:
        for target in (booking, UUID(int=7)):
            foreign = correct(stranger, target, 1, name="Asha Menon")
            assert (foreign.status_code, foreign.json()["code"]) == (404, "booking_not_found")
    assert read(traveller, booking)["passengers"][0]["name"] == "Asha Rao"


def test_whoever_knows_a_surname_finds_the_booking_and_can_do_nothing_to_it(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, admin: httpx.Client, booking: UUID
) -> None:
    mine = read(traveller, booking)
    address = f"/api/v1/bookings/by-reference/{mine['reference']}"
    assert traveller.get(address).json() == admin.get(address.lower()).json() == mine
    assert traveller.get(address, params={"surname": "Nobody"}).json() == mine
    with api.client(register(client).headers) as stranger:
        reference = mine["reference"]
        spaced = f"/api/v1/bookings/by-reference/%20{reference[:3]}-{reference[3:].lower()}%20"
        assert stranger.get(spaced, params={"surname": "R\u00e3o"}).status_code == 200
        for surname in ("rao", "RAO", "Asha Rao", "cruz", "de la Cruz"):
            found = stranger.get(address, params={"surname": surname})
            assert found.status_code == 200, surname
            seen = found.json()
            assert set(seen) == {"reference", "status", "seats", "flights", "passengers"}
            assert (seen["reference"], seen["status"], seen["seats"]) == (mine["reference"], "CONFIRMED", mine["seats"])
            assert seen["passengers"] == [ASHA["name"] if surname.endswith(("rao", "RAO", "Rao")) else RAVI["name"]]
            assert [flight["id"] for flight in seen["flights"]] == [mine["flight_id"]]
            assert not {mine["id"], mine["user_id"], mine["price_total"]} & set(found.text.split('"'))
        refusals = [
            stranger.get(address),
            stranger.get(address, params={"surname": "Asha"}),
            stranger.get(address, params={"surname": " "}),
            stranger.get("/api/v1/bookings/by-reference/ZZZZZZ", params={"surname": "rao"}),
        ]
        assert {(each.status_code, each.json()["code"], each.json()["detail"]) for each in refusals} == {
            (404, "booking_not_found", "There is no such booking.")
        }
        correct(traveller, booking, 1, name="Asha Menon")
        assert stranger.get(address, params={"surname": "menon"}).status_code == 200
        assert stranger.get(address, params={"surname": "rao"}).status_code == 404


def test_a_booking_without_names_is_found_by_its_owner_alone(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    unnamed = read(traveller, UUID(book(traveller, pipeline).json()["booking_id"]))
    address = f"/api/v1/bookings/by-reference/{unnamed['reference']}"
    with api.client(register(client).headers) as stranger:
        assert stranger.get(address, params={"surname": " "}).status_code == 404
    assert traveller.get(address).status_code == 200


def test_guessing_surnames_to_one_reference_is_slow_for_everybody_together(start_api: ApiFactory) -> None:
    burst = LIMITS[Scope.LOOKUP_REFERENCE].burst
    with start_api(RATE_LIMITS="on").client() as anybody:
        guessers = [register(anybody) for _ in range(2)]
        answers = [
            anybody.get(f"{BY_REFERENCE}/222222", params={"surname": f"rao{n}"}, headers=guesser.headers)
            for n in range(burst)
            for guesser in guessers
        ]
        assert [each.status_code for each in answers[:burst]] == [404] * burst
        assert {each.status_code for each in answers[burst:]} <= {404, 429}
        problem(answers[-1], 429, "rate_limited")
        # In another case it is the same reference; another one, and what its owner asks without a surname, is not slowed down.
        assert anybody.get(f"{BY_REFERENCE}/ZZZZZZ", params={"surname": "rao"}, headers=guessers[0].headers).status_code == 404
        assert anybody.get(f"{BY_REFERENCE}/222222", headers=guessers[0].headers).status_code == 404


@pytest.mark.parametrize("scope", [Scope.LOOKUP_USER, Scope.LOOKUP_ADDRESS])
def test_guessing_references_is_slow_for_an_account_and_for_an_address(
    start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    monkeypatch.setitem(LIMITS, scope, Limit(per_minute=1, burst=5))
    monkeypatch.setattr(addresses, "counted_as", lambda _: "192.0.2.7")
    with start_api(RATE_LIMITS="on").client() as anybody:
        guesser = register(anybody)
        answers = [anybody.get(f"{BY_REFERENCE}/22222{n}", headers=guesser.headers) for n in range(2, 8)]
        assert [each.status_code for each in answers] == [404] * 5 + [429]
        another = register(anybody)
        expected = 429 if scope is Scope.LOOKUP_ADDRESS else 404
        assert anybody.get(f"{BY_REFERENCE}/222222", headers=another.headers).status_code == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Asha Rao", "rao"),
        ("RAO", "rao"),
        ("Jose\N{COMBINING ACUTE ACCENT} Pérez", "pérez"),
        ("José Pe\N{COMBINING ACUTE ACCENT}rez", "pérez"),
        ("Groß", "gross"),
        ("  ", ""),
    ],
)
def test_staff_look_surnames_up_by_the_last_word(name: str, key: str) -> None:
    assert surname_key(name) == key


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("Asha Rao", "rao"),
        ("Asha Rao", "Asha Rao"),
        ("José Pe\N{COMBINING ACUTE ACCENT}rez", "PEREZ"),
        ("Ayşe Yıldız", "YILDIZ"),
        ("AYŞE YILDIZ", "yıldız"),
        ("İsmet İnönü", "inonu"),
        ("Ismet INÖNÜ", "İnönü"),
        ("Анна ЁЛКИНА", "елкина"),
        ("Νίκος Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"),
        ("Franz Groß", "GROSS"),
        ("Jürgen Müller", "MUELLER"),
        ("Juergen Mueller", "Müller"),
        ("Lech Wałęsa", "Walesa"),
        ("Conan O’Brien", "O'Brien"),
        ("Conan O'Brien", "OBRIEN"),
        ("Conan O Brien", "O'Brien"),
        ("Mary Smith-Jones", "Smith Jones"),
        ("Mary Smith-Jones", "smithjones"),
        ("Mary Smith-Jones", "Smith"),
        ("Mary Smith Jones", "Smith-Jones"),
        ("Gabriel García Márquez", "garcia"),
        ("Gabriel García Márquez", "GARCIA MARQUEZ"),
        ("Ludwig van Beethoven", "Beethoven"),
        ("Ludwig van Beethoven", "van Beethoven"),
        ("Martin Luther King Jr.", "King"),
        ("Martin Luther King", "King, Jr."),
        ("Sammy Davis III", "davis"),
        ("Asha R\u200bao", "rao"),
        ("Asha Rao", "\u202arao\u202c"),
        ("Ravi de la Cruz", "DELACRUZ"),
        ("Madonna", "madonna"),
    ],
)
def test_a_surname_is_found_however_it_is_written(name: str, surname: str) -> None:
    assert surnames.bears(name, surname)


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("Asha Rao", "Asha"),
        ("Asha Rao", "ra"),
        ("Asha Rao", " "),
        ("Asha Rao", "Jr."),
        ("Mary Smith-Jones", "Mary Smith"),
        ("", ""),
    ],
)
def test_a_first_name_or_a_part_of_a_word_is_no_surname(name: str, surname: str) -> None:
    assert not surnames.bears(name, surname)


@pytest.mark.parametrize("written", ["abcd23", " AB CD 23 ", "ab-cd-23", "AB–CD–23", "ab\u200bcd23", "ＡＢＣＤ２３", "AB.CD/23"])
def test_a_reference_is_read_however_it_is_written(written: str) -> None:
    assert references.read(written) == "ABCD23"


def name(client: httpx.Client, booking: UUID, *people: dict[str, Any]) -> httpx.Response:
    return client.patch(f"/api/v1/bookings/{booking}/passengers", json={"passengers": list(people)})


def test_names_are_added_and_corrected_after_booking(traveller: httpx.Client, pipeline: Pipeline) -> None:
    booking = UUID(book(traveller, pipeline).json()["booking_id"])
    pipeline.work(booking)
    assert name(traveller, booking, ASHA).json()["passengers"] == [{"position": 1, **ASHA}]
    answer = name(traveller, booking, RAVI, {"position": 1, "name": "Asha Rao-Iyer"})
    assert [each["name"] for each in answer.json()["passengers"]] == ["Asha Rao-Iyer", RAVI["name"]]
    assert answer.json()["passengers"][0]["contact"] == ASHA["contact"]
    assert read(traveller, booking)["seats"] == 2
    found = traveller.get(f"{BY_REFERENCE}/{answer.json()['reference']}", params={"surname": "Cruz"})
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
    answer = name(traveller, booking, *people)
    assert answer.status_code == status, answer.text
    if pointer:
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert read(traveller, booking)["passengers"] == []


def test_nobody_is_added_twice_at_the_same_moment(traveller: httpx.Client, pipeline: Pipeline) -> None:
    booking = UUID(book(traveller, pipeline).json()["booking_id"])
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: name(traveller, booking, ASHA).status_code, range(6)))
    assert sorted(answers) == [200, 200, 422, 422, 422, 422]
    assert len(read(traveller, booking)["passengers"]) == 2


def test_names_stay_once_the_flight_has_left_or_the_booking_has_ended(
    api: RunningApi, traveller: httpx.Client, pipeline: Pipeline, booking: UUID
) -> None:
    with api.client(api.admit().headers) as somebody:
        problem(name(somebody, booking, {"position": 1, "name": "Eve Adams"}), 404, "booking_not_found")
    traveller.delete(f"/api/v1/bookings/{booking}")
    problem(name(traveller, booking, {"position": 1, "name": "Eve Adams"}), 409, "passengers_fixed")
