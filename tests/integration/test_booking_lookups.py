"""A booking is found by its reference and a surname in any spelling, and not by guessing."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from api.limits import addresses
from core.bookings import surnames
from core.bookings.intake import references
from core.bookings.passengers import surname_key
from core.db import Database
from core.ratelimit.limits import LIMITS, Limit, Scope
from tests.support import passengers
from tests.support.api import ApiFactory, RunningApi, problem, register
from tests.support.cabins import book as book_seats
from tests.support.cabins import booked, flight_with_cabin
from tests.support.passengers import ASHA, BY_REFERENCE, RAVI, book, correct, read
from tests.support.pipeline import Pipeline

booking = passengers.booking

SHOWN = {
    *("reference", "status", "seats", "flights", "passengers", "boarding"),
    *("payment_required_by", "available_actions", "seats_change_until"),
}


def test_with_a_surname_the_booking_can_be_read_and_not_changed(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, admin: httpx.Client, booking: UUID
) -> None:
    mine = read(traveller, booking)
    address = f"/api/v1/bookings/by-reference/{mine['reference']}"
    assert traveller.get(address).json() == admin.get(address.lower()).json() == mine
    assert traveller.get(address, params={"surname": "Nobody"}).json() == mine
    with api.client(register(client).headers) as other_traveller:
        reference = mine["reference"]
        spaced = f"/api/v1/bookings/by-reference/%20{reference[:3]}-{reference[3:].lower()}%20"
        assert other_traveller.get(spaced, params={"surname": "R\u00e3o"}).status_code == 200
        for surname in ("rao", "RAO", "Asha Rao", "cruz", "de la Cruz"):
            found = other_traveller.get(address, params={"surname": surname})
            assert found.status_code == 200, surname
            seen = found.json()
            assert set(seen) == SHOWN
            assert (seen["reference"], seen["status"], seen["seats"]) == (mine["reference"], "CONFIRMED", mine["seats"])
            assert seen["passengers"] == [ASHA["name"] if surname.endswith(("rao", "RAO", "Rao")) else RAVI["name"]]
            assert [flight["id"] for flight in seen["flights"]] == [mine["flight_id"]]
            assert not {mine["id"], mine["user_id"], mine["price_total"]} & set(found.text.split('"'))
        refusals = [
            other_traveller.get(address),
            other_traveller.get(address, params={"surname": "Asha"}),
            other_traveller.get(address, params={"surname": " "}),
            other_traveller.get("/api/v1/bookings/by-reference/ZZZZZZ", params={"surname": "rao"}),
        ]
        assert {(each.status_code, each.json()["code"], each.json()["detail"]) for each in refusals} == {
            (404, "booking_not_found", "There is no such booking.")
        }
        correct(traveller, booking, 1, name="Asha Menon")
        assert other_traveller.get(address, params={"surname": "menon"}).status_code == 200
        assert other_traveller.get(address, params={"surname": "rao"}).status_code == 404


def test_with_a_surname_no_account_is_needed(client: httpx.Client, traveller: httpx.Client, booking: UUID) -> None:
    mine = read(traveller, booking)
    lookup = {"reference": f" {mine['reference'].lower()}", "surname": "RAO"}
    found = client.post("/api/v1/bookings/find", json=lookup)
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert set(found.json()) == SHOWN
    assert found.json()["passengers"] == [ASHA["name"]]
    for wrong in ({"surname": "Asha"}, {"surname": "Menon"}, {"reference": "ZZZZZZ"}):
        problem(client.post("/api/v1/bookings/find", json=lookup | wrong), 404, "booking_not_found")
    problem(client.post("/api/v1/bookings/find", json={"reference": mine["reference"]}), 422, "validation")


def test_a_traveller_without_an_account_sees_only_their_own_seat_on_each_flight(
    client: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    flights = [flight_with_cabin(pipeline), pipeline.flight(9), flight_with_cabin(pipeline)]
    named = [ASHA, RAVI, {"name": "Asha Rao"}]
    seats = [["2D", "2C", "1A"], [], []]
    booking = booked(book_seats(traveller, *flights, seats=3, passengers=named, seat_numbers=seats))
    pipeline.work(booking)
    lookup = {"reference": read(traveller, booking)["reference"], "surname": "rao"}
    found = client.post("/api/v1/bookings/find", json=lookup).json()
    assert found["boarding"] == [
        {"name": "Asha Rao", "seat_numbers": ["2D", None, None]},
        {"name": "Asha Rao", "seat_numbers": ["1A", None, None]},
    ]
    assert [until is not None for until in found["seats_change_until"]] == [True, False, True]
    assert (found["available_actions"], found["payment_required_by"]) == (["cancel"], None)
    traveller.delete(f"/api/v1/bookings/{booking}")
    ended = client.post("/api/v1/bookings/find", json=lookup).json()
    assert (ended["status"], ended["available_actions"], ended["seats_change_until"]) == ("CANCELLED", [], [None] * 3)
    assert {seat for each in ended["boarding"] for seat in each["seat_numbers"]} == {None}


def test_surnames_are_not_tried_quickly_without_an_account(start_api: ApiFactory) -> None:
    lookup = {"reference": "K7M2QX", "surname": "rao"}
    with start_api(RATE_LIMITS="on").client() as client:
        responses = [client.post("/api/v1/bookings/find", json=lookup) for _ in range(LIMITS[Scope.LOOKUP_REFERENCE].burst + 2)]
    assert problem(responses[-1], 429, "rate_limited")
    assert int(responses[-1].headers["retry-after"]) > 0
    with start_api(RATE_LIMITS="off").client() as client:  # control
        assert {client.post("/api/v1/bookings/find", json=lookup).status_code for _ in responses} == {404}


def test_a_booking_without_names_is_found_by_its_owner_alone(
    api: RunningApi, client: httpx.Client, traveller: httpx.Client, pipeline: Pipeline
) -> None:
    unnamed = read(traveller, UUID(book(traveller, pipeline).json()["booking_id"]))
    address = f"/api/v1/bookings/by-reference/{unnamed['reference']}"
    with api.client(register(client).headers) as other_traveller:
        assert other_traveller.get(address, params={"surname": " "}).status_code == 404
    assert traveller.get(address).status_code == 200


def test_guessing_surnames_to_one_reference_is_slow_for_everybody_together(start_api: ApiFactory) -> None:
    burst = LIMITS[Scope.LOOKUP_REFERENCE].burst
    with start_api(RATE_LIMITS="on").client() as anybody:
        guessers = [register(anybody) for _ in range(2)]
        responses = [
            anybody.get(f"{BY_REFERENCE}/222222", params={"surname": f"rao{n}"}, headers=guesser.headers)
            for n in range(burst)
            for guesser in guessers
        ]
        assert [each.status_code for each in responses[:burst]] == [404] * burst
        assert {each.status_code for each in responses[burst:]} <= {404, 429}
        problem(responses[-1], 429, "rate_limited")
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
        responses = [anybody.get(f"{BY_REFERENCE}/22222{n}", headers=guesser.headers) for n in range(2, 8)]
        assert [each.status_code for each in responses] == [404] * 5 + [429]
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


def test_staff_find_a_passenger_however_the_name_is_written(
    traveller: httpx.Client, admin: httpx.Client, booking: UUID, db: Database
) -> None:
    def is_found(name: str) -> bool:
        found = admin.get("/admin/bookings", params={"name": name})
        assert found.status_code == 200, found.text
        return [each["booking"]["id"] for each in found.json()["data"]] == [str(booking)]

    assert is_found("rao")
    assert is_found("cruz")
    for name, written in (
        ("Ayşe Yıldız", ["YILDIZ", "yıldız", "Ayse Yildiz", "Fatma Yıldız"]),
        ("Conan O’Brien Jr.", ["obrien", "O'Brien", "o brien"]),
        ("Gabriel García Márquez", ["garcia", "GARCIA MARQUEZ", "Marquez"]),
        ("Jürgen Müller", ["Mueller", "muller"]),
        ("Nguyễn Văn An", ["NGUYEN"]),
    ):
        correct(traveller, booking, 1, name=name)
        assert not is_found("rao")
        assert [each for each in written if not is_found(each)] == []
        assert not is_found("Lovelace")
    with db.transaction() as connection:  # as a release before this one named somebody
        connection.execute("UPDATE passengers SET name = 'Ada Lovelace', surname_key = 'lovelace', surname_keys = '{}'")
    assert is_found("Lovelace")
    plan = _plan_of_search(db)
    assert "ix_passengers_surnames" in plan
    assert "ix_passengers_surname " in plan


def _plan_of_search(db: Database) -> str:
    with db.transaction() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        rows = connection.execute(
            "EXPLAIN SELECT booking_id FROM passengers WHERE surname_key = 'rao' OR surname_keys && '{rao}'::text[]"
        ).fetchall()
    return "\n".join(str(row[0]) for row in rows)


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
        ("Novak Đoković", "DJOKOVIC"),
        ("Novak Djokovic", "Đoković"),
        ("João da Silva Filho", "Silva"),
        ("Mohammed Al-Ahmad", "alahmad"),
        ("محمد الأحمد", "الاحمد"),
        ("Sushil De", "de"),
        # the surname is written first
        ("Rao, Asha", "Rao"),
        ("van der Berg, Jan", "Berg"),
        ("RAO/ASHA MS", "rao"),
        ("Nguyễn Văn An", "NGUYEN"),
        ("Nguyen Van An", "Nguyễn"),
        ("Đặng Thị Hà", "Dang"),
        ("Wang Xiaoming", "wang"),
        ("Kim Jong-un", "Kim"),
        ("王小明", "王"),
        ("欧阳娜娜", "欧阳"),
        ("山田 太郎", "山田"),
        ("김민수", "김"),
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
        ("Ursula von der Leyen", "von"),
        ("Ursula von der Leyen", "von der"),
        ("Martin Luther King, Jr.", "Martin"),
        ("Rao, Asha", "Jr"),
        ("", ""),
    ],
)
def test_a_first_name_or_a_part_of_a_word_is_no_surname(name: str, surname: str) -> None:
    assert not surnames.bears(name, surname)


@pytest.mark.parametrize("written", ["abcd23", " AB CD 23 ", "ab-cd-23", "AB–CD–23", "ab\u200bcd23", "ＡＢＣＤ２３", "AB.CD/23"])
def test_a_reference_is_read_however_it_is_written(written: str) -> None:
    assert references.read(written) == "ABCD23"
