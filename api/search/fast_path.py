"""The fast path of searches and suggestions: one whose query was understood before is answered without the framework.

Everything else, and every error, goes on to the handler.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.plain_requests import JSON, send_response
from api.search.endpoint import SearchEndpoint, UnderstoodSearch
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
            answer = await _HANDLERS[path](services_of(scope["litestar_app"]).search_endpoint, scope["query_string"])
        except Exception:  # the handler gets the same error, and answers it
            answer = None
        if answer is None:
            await self.app(scope, receive, send)
            return
        scope["path_template"] = path
        await send_response(send, 200, JSON, answer.headers, answer.body)


class _Response(NamedTuple):
    headers: dict[str, str]
    body: bytes


async def _search(endpoint: SearchEndpoint, query: bytes) -> _Response | None:
    search = endpoint.recall(query)
    if search is None:
        return None
    body, answer = await endpoint.answer(search)
    return _Response(search_headers(search, answer), body)


async def _suggest(endpoint: SearchEndpoint, query: bytes) -> _Response | None:
    typed = endpoint.recall_typed(query)
    if typed is None:
        return None
    answer = await endpoint.served()
    return _Response(headers_of(answer), answer.value.suggestions.encoded(*typed))


_HANDLERS: Final = {PATH: _search, SUGGEST_PATH: _suggest}
"""How a request to each address is answered: None if its query was not understood before."""


def headers_of(answer: CacheResult[Any]) -> dict[str, str]:
    """Whether what can be kept of a response was kept, and for how many seconds. No browser keeps it: the seats are of this moment."""
    return {"x-cache": "hit" if answer.hit else "miss", "age": str(answer.age), "cache-control": "no-cache"}


def search_headers(search: UnderstoodSearch, answer: CacheResult[FlightList]) -> dict[str, str]:
    """The same, and the airports that the response is about. Where it is sorted by price and has several currencies, their order: prices
    of different currencies are not compared.
    """
    headers = headers_of(answer) | {MATCHED: search.matched}
    (_HITS if answer.hit else _MISSES).inc()
    currencies = answer.value.currencies
    if search.sort is SearchSort.PRICE and len(currencies) > 1:
        headers[PRICE_GROUPS] = ", ".join(currencies)
    return headers
