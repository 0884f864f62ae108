"""The fast path of searches and suggestions: a request whose parsed query is in the cache is answered without the framework.

All other requests, and all errors, are passed to the handler.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.plain_requests import JSON, send_response
from api.search.endpoint import ParsedSearch, SearchEndpoint
from api.search.flight_lists import FlightList
from api.services import services_of
from core.search.cache import CacheResult
from core.search.flight_search import SearchSort
from core.telemetry.metrics import SEARCHES

PATH: Final = "/api/v1/search"
SUGGEST_PATH: Final = "/api/v1/airports/suggest"
MATCHED: Final = "x-matched-airports"
PRICE_GROUPS: Final = "x-price-groups"
_HITS, _MISSES = SEARCHES.labels("hit"), SEARCHES.labels("miss")


class SearchFastPath:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET" or scope["path"] not in _HANDLERS:
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        try:
            result = await _HANDLERS[path](services_of(scope["litestar_app"]).search_endpoint, scope["query_string"])
        except Exception:  # the handler gets the same error, and sends the response
            result = None
        if result is None:
            await self.app(scope, receive, send)
            return
        scope["path_template"] = path
        await send_response(send, 200, JSON, result.headers, result.body)


class _Response(NamedTuple):
    headers: dict[str, str]
    body: bytes


async def _search(endpoint: SearchEndpoint, query: bytes) -> _Response | None:
    search = endpoint.find_parsed(query)
    if search is None:
        return None
    body, result = await endpoint.list_flights(search)
    return _Response(search_headers(search, result), body)


async def _suggest(endpoint: SearchEndpoint, query: bytes) -> _Response | None:
    typed = endpoint.find_typed(query)
    if typed is None:
        return None
    result = await endpoint.served()
    return _Response(headers_of(result), result.value.suggestions.encoded(*typed))


_HANDLERS: Final = {PATH: _search, SUGGEST_PATH: _suggest}
"""Path -> function that answers a request; None if its query is not in the cache."""


def headers_of(result: CacheResult[Any]) -> dict[str, str]:
    """`X-Cache` and `Age`: whether the flights are from the cache, and their age in seconds. Browsers must not cache a response, because
    its free seats change.
    """
    return {"x-cache": "hit" if result.hit else "miss", "age": str(result.age), "cache-control": "no-cache"}


def search_headers(search: ParsedSearch, result: CacheResult[FlightList]) -> dict[str, str]:
    """The same, and the airports of the response. If it is sorted by price and has several currencies, their order as well, because prices
    of different currencies are not compared.
    """
    headers = headers_of(result) | {MATCHED: search.matched}
    (_HITS if result.hit else _MISSES).inc()
    currencies = result.value.currencies
    if search.sort is SearchSort.PRICE and len(currencies) > 1:
        headers[PRICE_GROUPS] = ", ".join(currencies)
    return headers
