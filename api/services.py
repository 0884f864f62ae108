"""The services of one process. A handler gets all of them in its parameter `services`: Litestar resolves two or more dependencies of one
handler in a task group, which costs more than a look-up of attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from litestar import Litestar, Request
from litestar.datastructures import State
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from api.http import bodies
from api.http.database import WatchedDatabase
from api.live.api_keys import ApiKeys
from api.live.batches.cancellations import CancellationBatches
from api.live.batches.payments import PaymentBatches
from api.live.callback_inbox import CallbackInbox
from api.live.ended_sessions import EndedSessions
from api.live.password_hasher import PasswordHasher
from api.live.services import Live
from api.readiness.readiness import Readiness
from api.search.endpoint import SearchEndpoint
from core.imports.storage.files import Storage
from core.ratelimit.limiter import RateLimiter
from core.search.cache import SearchCache
from core.search.itineraries.timetable import Timetable
from core.settings import Settings
from core.tickets.signature import TicketSigner
from core.users.devices import KnownDevices
from core.users.tokens import AccessTokens, Principal, Unauthenticated


@dataclass(frozen=True, slots=True)
class Services:
    """The objects that all requests of one API process use. They are created at its start and closed at its end."""

    settings: Settings
    db: WatchedDatabase
    redis: Redis
    """For code that runs in threads."""
    aredis: AsyncRedis
    """For code on the event loop: a small pool whose callers wait for a free connection."""
    tokens: AccessTokens
    devices: KnownDevices
    ended: EndedSessions
    api_keys: ApiKeys
    limiter: RateLimiter
    hashing: PasswordHasher
    readiness: Readiness
    live: Live
    callbacks: CallbackInbox
    cancellations: CancellationBatches
    payments: PaymentBatches
    search_cache: SearchCache
    search_endpoint: SearchEndpoint
    timetable: Timetable
    storage: Storage
    ticket_signer: TicketSigner

    def principal_of(self, token: str) -> Principal:
        """The principal of this access token or API key. Raises `Unauthenticated` if it is not valid, its session has ended, or it was
        revoked.
        """
        try:
            principal = self.tokens.verify(token)
        except Unauthenticated:  # only tokens that are no valid access token get here
            program = self.api_keys.find(token)
            if program is None:
                raise
            return program
        self.ended.require_open(principal)
        return principal


class SignedRequest(Request[Principal, str, State]):
    """A request whose `user` is the principal of its access token or API key. Requests to public handlers have no `user`."""

    async def json(self) -> Any:
        """The body as the type of the handler's `data`; see `api/http/bodies.py`."""
        return bodies.decode_json(self.route_handler, await self.body())


def services_of(app: Litestar) -> Services:
    """The services of a started application."""
    return cast("Services", app.state.services)
