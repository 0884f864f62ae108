"""`Idempotency-Key` for requests that create something: the first response is stored with its effect, and a repeated request gets
it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import msgspec
from litestar import Response
from litestar.params import HeaderParameter

from api.services import Services, SignedRequest
from core.db import RawConnection
from core.idempotency import stored_responses
from core.idempotency.stored_responses import KeyedRequest, StoredResponse
from core.text.patterns import END

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=rf"^[\x21-\x7e]+{END}",
        required=False,
        description="A string that you choose. If a request is repeated with its key, it has one effect, and the first response is sent again.",
    ),
]
KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
REPLAYED: Final = "idempotent-replayed"

Content = TypeVar("Content")


def _nothing() -> None:
    """Do nothing after the commit."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Content]):
    """The result of a request's transaction: the response, and a function to call after the commit."""

    response: Response[Content]
    follow_up: Callable[[], object] = _nothing


Work: TypeAlias = Callable[[RawConnection], Done[Content]]


def keyed(request: SignedRequest, key: str | None, *content: Any) -> KeyedRequest | None:
    """The request with its key; None without a key. `content`: the content of the request, in addition to its path."""
    if key is None:
        return None
    encoded = msgspec.json.encode((request.path_params, content))
    operation = str(request.route_handler.operation_id)
    return KeyedRequest(request.user.user_id, operation, key, hashlib.sha256(encoded).digest())


def answer_once(services: Services, request: KeyedRequest | None, work: Work[Content]) -> Response[Content]:
    """Do the work in a transaction. If a request with this key was answered before, return the same response again.

    Raises:
        IdempotencyKeyReused: the key was used for a different request.
    """
    with services.db.transaction() as connection:
        earlier = stored_responses.begin(connection, request) if request else None
        if earlier is not None:
            return _replay(earlier)
        done = work(connection)
        if request is not None:
            stored_responses.keep(connection, request, stored(done.response))
    done.follow_up()
    return done.response


def stored(response: Response[Any]) -> StoredResponse:
    """The response in its stored form."""
    return StoredResponse(response.status_code or 200, response.headers, msgspec.json.encode(response.content))


def _replay(stored: StoredResponse) -> Response[Any]:
    headers = {**stored.headers, REPLAYED: "true"}
    return Response(stored.body, status_code=stored.status, headers=headers, media_type="application/json")
