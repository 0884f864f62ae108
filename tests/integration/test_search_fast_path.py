"""A search or a suggestion with a cached query is answered without the framework, with the same response."""

from __future__ import annotations

import re
from typing import Any

import httpx
import redis as redis_py

from tests.support.api import ApiFactory, RunningApi
from tests.support.flights import add_flight
from tests.support.searches import DAY, ask


def test_a_cached_query_has_the_same_response(api: RunningApi, admin: httpx.Client) -> None:
    """The second time it does not go through the framework, which nobody may notice."""
    add_flight(admin)
    with api.client() as client:
        first, second = ask(client), ask(client)
        assert api.services.search_endpoint.find_parsed(second.request.url.query) is not None
        assert second.json() == first.json()
        assert second.headers["content-type"] == first.headers["content-type"] == "application/json"
        ours = {"x-cache", "age", "cache-control", "x-request-id", "x-content-type-options", "content-length", "content-type"}
        assert ours <= first.headers.keys() & second.headers.keys()
        head = client.head(second.request.url)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", second.headers["content-length"])
        assert client.post(second.request.url).status_code == 405

        def counted() -> float:
            found = re.search(r'method="GET",route="/api/v1/search",status="200"} (\S+)', client.get("/metrics").text)
            assert found is not None
            return float(found[1])

        before = counted()
        ask(client)
        assert counted() == before + 1


def test_cached_suggestions_have_the_same_response(api: RunningApi, admin: httpx.Client) -> None:
    add_flight(admin)
    with api.client() as client:

        def suggest(**parameters: str | int) -> httpx.Response:
            return client.get("/api/v1/airports/suggest", params={"q": "Mumb", "limit": 3, **parameters})

        first, second = suggest(), suggest()
        assert api.services.search_endpoint.find_typed(second.request.url.query) == ("Mumb", 3)
        assert [place["iata"] for place in first.json()] == ["BOM"]
        assert second.content == first.content
        by_chance = {"x-request-id", "date", "x-cache", "age"}
        assert {name: value for name, value in second.headers.items() if name not in by_chance} == {
            name: value for name, value in first.headers.items() if name not in by_chance
        }
        for query, wrong in ({"limit": 0}, "?limit"), ({"q": "x" * 81}, "?q"):
            for _ in range(2):
                refused = suggest(**query)
                assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, wrong)
        add_flight(admin, flight_number="AI-7", source="Mumbai", destination="Bengaluru")
        assert [place["iata"] for place in suggest(q="Beng").json()] == ["BLR"]


def test_a_cached_query_fails_like_any_other(start_api: ApiFactory, private_servers: Any) -> None:
    pair = private_servers()
    api = start_api(DATABASE_URL=pair.database_url, REDIS_URL=pair.redis_url)
    parameters = {"source": "Delhi", "destination": "Mumbai", "date": DAY}
    with api.client() as client, redis_py.Redis.from_url(pair.redis_url) as redis:
        assert client.get("/api/v1/search", params=parameters).status_code == 200
        pair.postgres.stop()
        redis.flushdb()
        response = client.get("/api/v1/search", params=parameters)
        assert (response.status_code, response.json()["code"]) == (503, "unavailable")
