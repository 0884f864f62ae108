"""The fast path of a search: one whose query was understood before is answered without the framework.

Everything else, and every error, goes on to the handler.
"""

from __future__ import annotations

from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.search.endpoint import UnderstoodSearch
from api.search.flight_lists import FlightList
from api.services import services_of
from core.search.cache import Answer
from core.search.flight_search import SearchSort
from core.telemetry.metrics import SEARCHES

PATH: Final = "/api/v1/search"
MATCHED: Final = "x-matched-airports"
PRICE_GROUPS: Final = "x-price-groups"
_JSON: Final = (b"content-type", b"application/json")
_HITS, _MISSES = SEARCHES.labels("hit"), SEARCHES.labels("miss")


class SearchFastPath:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] != PATH or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        endpoint = services_of(scope["litestar_app"]).search_endpoint
        search = endpoint.recall(scope["query_string"])
        if search is None:
            await self.app(scope, receive, send)
            return
        try:
            body, answer = await endpoint.answer(search)
        except Exception:  # the handler gets the same error, and answers it
            await self.app(scope, receive, send)
            return
        scope["path_template"] = PATH
        about = [(name.encode(), value.encode()) for name, value in search_headers(search, answer).items()]
        headers = [_JSON, (b"content-length", b"%d" % len(body)), *about]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def headers_of(answer: Answer[Any]) -> dict[str, str]:
    """Whether what can be kept of an answer was kept, and for how many seconds. No browser keeps it: the seats are of this moment."""
    return {"x-cache": "hit" if answer.hit else "miss", "age": str(answer.age), "cache-control": "no-cache"}


def search_headers(search: UnderstoodSearch, answer: Answer[FlightList]) -> dict[str, str]:
    """The same, and the airports that the answer is about. Where it is sorted by price and has several currencies, their order: prices
    of different currencies are not compared.
    """
    headers = headers_of(answer) | {MATCHED: search.matched}
    (_HITS if answer.hit else _MISSES).inc()
    currencies = answer.value.currencies
    if search.sort is SearchSort.PRICE and len(currencies) > 1:
        headers[PRICE_GROUPS] = ", ".join(currencies)
    return headers
