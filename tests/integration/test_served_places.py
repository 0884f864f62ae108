"""The list of places: computed again when a place is added or removed, and after no other change; up to date in every process."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import UUID

import httpx
import pytest
import redis as redis_py
from psycopg.errors import LockNotAvailable
from redis.asyncio import Redis

from core import keys
from core.db import Database, RawConnection
from core.flights import service as flights
from core.flights.announcements import served_places
from tests.support.administrators import ensure_admin
from tests.support.api import PASSWORD, ApiFactory, sign_in
from tests.support.flights import add_flight, body, noon_in
from tests.support.imports import ImportSteps, ImportStepsFactory, csv_of, row

CHANGES = 60
CITIES = ("Delhi", "Mumbai", "Pune", "Zürich", "Atlantis Harbour")


@pytest.fixture
def two(start_api: ApiFactory, db: Database) -> Iterator[list[httpx.Client]]:
    """An administrator's clients of two processes."""
    secret = secrets.token_hex(32)
    ensure_admin(db, "admin", PASSWORD)
    with ExitStack() as stack:
        apis = [start_api(JWT_SECRET=secret, UNKNOWN_PLACES="accept") for _ in range(2)]
        headers = sign_in(stack.enter_context(apis[0].client()), "admin").headers
        yield [stack.enter_context(api.client(headers)) for api in apis]


@pytest.fixture
def import_steps(open_import_steps: ImportStepsFactory) -> ImportSteps:
    """Where a place that no registry knows is taken as it is written."""
    return open_import_steps(UNKNOWN_PLACES="accept")


def listed(client: httpx.Client) -> tuple[list[str], str]:
    response = client.get("/api/v1/airports")
    assert response.status_code == 200, response.text
    return response.json(), response.headers["x-cache"]


def test_no_process_computes_the_list_for_a_change_that_leaves_the_places_as_they_are(
    two: list[httpx.Client], redis_url: str
) -> None:
    one, other = two
    flight = add_flight(one)
    both = ["Delhi", "Mumbai"]
    assert [listed(client) for client in two] == [(both, "miss"), (both, "hit")]
    with redis_py.Redis.from_url(redis_url) as redis:
        computed = redis.get(keys.AIRPORTS)

    address = f"/admin/flights/{flight['id']}"
    same_route = add_flight(other, flight_number="AI-9")
    back = add_flight(one, flight_number="AI-10", source="Mumbai", destination="Delhi")
    for change in (body(price=1), body(price=1, total_seats=10), body(price=1, departure_ts=noon_in(9))):
        assert one.put(address, json=change).status_code == 200
        assert [listed(client) for client in two] == [(both, "hit")] * 2
    assert other.delete(f"/admin/flights/{same_route['id']}").status_code == 204
    assert other.post(f"/admin/flights/{back['id']}/cancel", json={"reason": "Fog."}).status_code == 202
    assert [listed(client) for client in two] == [(both, "hit")] * 2
    with redis_py.Redis.from_url(redis_url) as redis:
        assert redis.get(keys.AIRPORTS) == computed


def test_every_process_lists_the_places_that_have_a_flight_after_any_change(two: list[httpx.Client], db: Database) -> None:
    rng = random.Random(11)
    made: list[str] = []
    for number in range(CHANGES):
        client = rng.choice(two)
        source, destination = rng.sample(CITIES, 2)
        known = [city for city in CITIES if city != "Atlantis Harbour"]
        sent = body(flight_number=f"AI-{number}", source=source, destination=destination, price=number + 1)
        if made and rng.random() < 0.45:
            response = client.delete(f"/admin/flights/{made.pop(rng.randrange(len(made)))}")
        elif made and rng.random() < 0.5:
            # A place that is known does not become one that is not.
            source, destination = rng.sample(known, 2)
            response = client.put(
                f"/admin/flights/{rng.choice(made)}", json=sent | {"source": source, "destination": destination}
            )
        else:
            response = client.post("/admin/flights", json=sent)
            made.append(response.json()["id"])
        assert response.status_code in (200, 201, 204), response.text
        with db.snapshot() as connection:
            rows = connection.execute("SELECT source FROM flights UNION SELECT destination FROM flights").fetchall()
        for each in two:
            assert sorted(listed(each)[0]) == sorted(name for (name,) in rows), number


def test_another_name_of_a_place_is_seen_at_once(two: list[httpx.Client]) -> None:
    flight = add_flight(two[0])
    assert listed(two[1])[0] == ["Delhi", "Mumbai"]
    two[0].put(f"/admin/flights/{flight['id']}", json=body(destination="Bombay"))
    assert listed(two[1])[0] == ["Bombay", "Delhi"]


def test_an_import_has_the_list_computed_anew_for_new_lost_and_renamed_places_only(import_steps: ImportSteps) -> None:
    import_steps.take(csv_of([row(1), row(2), row(3, destination="Pune")]))
    assert listed(import_steps.admin) == (["Delhi", "Mumbai", "Pune"], "miss")
    steps: list[tuple[list[str], list[str], str]] = [
        ([row(1, price="1.00"), row(4)], ["Delhi", "Mumbai", "Pune"], "hit"),
        ([row(5, source="Atlantis Harbour")], ["Atlantis Harbour", "Delhi", "Mumbai", "Pune"], "miss"),
        ([row(3)], ["Atlantis Harbour", "Delhi", "Mumbai"], "miss"),
        ([row(5, source="ATLANTIS harbour")], ["ATLANTIS harbour", "Delhi", "Mumbai"], "miss"),
    ]
    for rows, places, cache in steps:
        import_steps.take(csv_of(rows))
        assert listed(import_steps.admin) == (places, cache)


def test_two_who_delete_the_last_flights_of_a_route_at_once_do_not_count_on_each_other(admin: httpx.Client, db: Database) -> None:
    one, other = (UUID(add_flight(admin, flight_number=number)["id"]) for number in ("AI-1", "AI-2"))
    with db.transaction() as here, db.transaction() as elsewhere:
        for connection, flight_id in ((here, one), (elsewhere, other)):
            connection.execute("SELECT FROM flights WHERE id = %s FOR UPDATE", (flight_id,))
        assert delete(here, one).places_lost
        assert delete(elsewhere, other).places_lost


def test_a_flight_that_keeps_a_place_on_the_list_stays_until_that_is_committed(admin: httpx.Client, db: Database) -> None:
    one, other = (UUID(add_flight(admin, flight_number=number)["id"]) for number in ("AI-1", "AI-2"))
    with db.transaction() as here:
        assert not delete(here, one).places_lost
        with db.transaction() as elsewhere:
            elsewhere.execute("SET LOCAL lock_timeout = '20ms'")
            with pytest.raises(LockNotAvailable):
                delete(elsewhere, other)
    with db.transaction() as elsewhere:
        assert delete(elsewhere, other).places_lost


def delete(connection: RawConnection, flight_id: UUID) -> flights.Change:
    user = connection.execute("SELECT id FROM users").fetchone()
    assert user is not None
    return flights.delete_flight(connection, flight_id, user_id=user[0], expected=None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("announce_change", "anew"),
    [
        (lambda client: served_places.announce(client, ["DEL"]), True),
        (lambda client: served_places.announce(client, [], places_lost=True), True),
        (lambda client: served_places.announce(client, []), False),
    ],
)
async def test_a_change_during_the_computation_makes_the_list_out_of_date(
    redis_url: str, announce_change: Callable[[redis_py.Redis], None], anew: bool
) -> None:
    """Also of a place that was on the list before: it may have vanished and come back, and the rows were read between."""
    async with Redis.from_url(redis_url) as client:
        await served_places.keep(client, await served_places.begin(client), ["DEL", "BOM"])
        await client.set(keys.AIRPORTS_VERSION, "read before")
        turn = await served_places.begin(client)
        with redis_py.Redis.from_url(redis_url) as publisher:
            announce_change(publisher)
        await served_places.keep(client, turn, ["DEL", "BOM"])
        assert (await client.get(keys.AIRPORTS_VERSION) != b"read before") is anew
        assert bool(await client.smembers(keys.AIRPORTS_KNOWN)) is not anew


@pytest.mark.anyio
async def test_of_two_computations_at_the_same_time_the_earlier_one_is_not_used(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.set(keys.AIRPORTS_VERSION, "read before")
        early, late = await served_places.begin(client), await served_places.begin(client)
        await served_places.keep(client, late, ["DEL", "BOM"])
        assert await client.get(keys.AIRPORTS_VERSION) == b"read before"
        await served_places.keep(client, early, ["DEL"])
        assert await client.get(keys.AIRPORTS_VERSION) != b"read before"
        assert await client.smembers(keys.AIRPORTS_KNOWN) == {b"DEL", b"BOM"}
