"""The application: the only place where the parts of the API are created and connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from api.accounts.account import AccountController
from api.accounts.mail import MailController
from api.accounts.signing_in import SigningInController
from api.audit_log import AuditController
from api.bookings.cancellations import CancellationController
from api.bookings.controller import BookingController
from api.bookings.fast_path import BookingFastPath
from api.bookings.finding import FindingController
from api.bookings.limits import rules_of
from api.bookings.passengers import PassengerController
from api.bookings.rebookings import RebookingController
from api.bookings.seats import SeatController
from api.bookings.tickets import TicketController
from api.configuration import ConfigurationController
from api.events import EventController
from api.fare_watches import FareWatchController
from api.flights.cabins import CabinController
from api.flights.cancellations import FlightCancellationController
from api.flights.controller import FlightController
from api.flights.passenger_list import PassengerListController
from api.health import HealthController
from api.http import bodies, hosts, understanding
from api.http.authentication import Authentication
from api.http.database import WatchedDatabase
from api.http.errors import EXCEPTION_HANDLERS, JSON_BODY_BYTES
from api.http.request_scope import RequestScope
from api.imports.controller import ImportController
from api.imports.faults import ImportFaultController
from api.itineraries import ItineraryController
from api.jobs.controller import JobController
from api.jobs.fast_path import JobFastPath
from api.live.api_keys import ApiKeys
from api.live.batches.cancellations import CancellationBatches
from api.live.batches.payments import PaymentBatches
from api.live.callback_inbox import CallbackInbox
from api.live.ended_sessions import EndedSessions
from api.live.password_hasher import PasswordHasher
from api.live.services import Live
from api.live.streams.access import StreamAccess
from api.metrics import MetricsController
from api.operations import gauges
from api.operations.api_keys import ApiKeyController
from api.operations.dead_letters import DeadLetterController
from api.operations.inventory_audit import InventoryAuditController
from api.operations.jobs import OperationsJobController
from api.operations.load_runs import LoadRunController
from api.operations.mails import OperationsMailController
from api.operations.overview import OverviewController
from api.operations.queues import QueueController
from api.operations.tickets import TicketCheckController
from api.operations.webhooks import WebhookController
from api.pages.openapi import ErrorsDocumented, StrictBodies, openapi_config
from api.pages.spa import app_handlers
from api.payments import PaymentController
from api.readiness.all_checks import all_checks
from api.readiness.readiness import Readiness
from api.requirements import requirements
from api.search.controller import SearchController
from api.search.endpoint import SearchEndpoint
from api.search.fast_path import SearchFastPath
from api.services import Services, SignedRequest, services_of
from api.staff.booking_search import BookingSearchController
from api.staff.bookings import StaffBookingController
from api.staff.flights import StaffFlightController
from api.staff.payments import StaffPaymentController
from api.staff.users import StaffUserController
from api.waitlist import WaitlistController
from core import failpoints, interpreter
from core.events import job_events
from core.imports.storage.opening import open_storage
from core.places import resolver
from core.ratelimit.limiter import RateLimiter
from core.redis import address, clients
from core.search.cache import SearchCache
from core.search.itineraries.timetable import Timetable
from core.settings import Settings
from core.telemetry import logs, metrics_server
from core.telemetry.metrics import ProcessMetrics
from core.telemetry.tracing import spans
from core.telemetry.tracing.setting import start_if_configured
from core.tickets.signature import TicketSigner
from core.users.tokens import LEEWAY_SECONDS

DATABASE_CONNECTIONS: Final = 16
HANDLER_THREADS: Final = 12
"""The most handlers that run at the same time. Python's own number, four more than the processors, would let six requests that wait for a
locked flight stop all others. Four connections are left for batches and for tasks in the background.
"""
REDIS_SECONDS: Final = 2.0
REDIS_CONNECTIONS: Final = 8
"""The most connections of the event loop. Threads have as many as they use."""

CONTROLLERS: Sequence[ControllerRouterHandler] = (
    AccountController,
    ApiKeyController,
    AuditController,
    BookingController,
    CabinController,
    CancellationController,
    ConfigurationController,
    DeadLetterController,
    EventController,
    FareWatchController,
    FindingController,
    FlightCancellationController,
    FlightController,
    HealthController,
    ImportController,
    ImportFaultController,
    InventoryAuditController,
    ItineraryController,
    JobController,
    LoadRunController,
    MailController,
    MetricsController,
    BookingSearchController,
    OperationsJobController,
    OperationsMailController,
    OverviewController,
    PassengerController,
    PassengerListController,
    PaymentController,
    QueueController,
    RebookingController,
    SearchController,
    SeatController,
    SigningInController,
    StaffBookingController,
    StaffFlightController,
    StaffPaymentController,
    StaffUserController,
    TicketCheckController,
    TicketController,
    WaitlistController,
    WebhookController,
    *app_handlers(),
)


def create_app(settings: Settings | None = None, *, log: Path | None = None) -> Litestar:
    """Create the application of one process. Without `settings` it reads them from the environment and sets up the logs, which are written
    to the file `log` if that is set. No connection is made before it starts, so the OpenAPI document can be made without servers. An
    application that has ended may be started again, with other settings in `state.settings`.
    """
    if settings is None:
        logs.configure("api", file=log)
        interpreter.tune()
        settings = Settings()
        start_if_configured(settings.telemetry.traces, "api")

    def app_services() -> Services:
        return services_of(app)

    app = Litestar(
        route_handlers=CONTROLLERS,
        state=State({"settings": settings}),
        lifespan=[_lifespan],
        dependencies={"services": Provide(app_services, sync_to_thread=False)},
        middleware=[Authentication],
        before_request=_check_request,
        exception_handlers=EXCEPTION_HANDLERS,
        request_class=SignedRequest,
        request_max_body_size=JSON_BODY_BYTES,
        openapi_config=openapi_config(),
        plugins=[ErrorsDocumented(), StrictBodies()],
        logging_config=None,
        debug=False,
        pdb_on_exception=False,
    )
    names = hosts.allowed(settings.http.allowed_hosts)
    fast_paths = BookingFastPath(SearchFastPath(JobFastPath(app.asgi_handler)))
    app.asgi_handler = RequestScope(spans.traced_requests(fast_paths), app.routes, names)
    return app


async def _check_request(request: Request[Any, Any, Any]) -> None:
    bodies.require_readable(request)
    await understanding.require_understood(request)


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(HANDLER_THREADS, thread_name_prefix="handler"))
    async with running_services(app.state.settings) as services:
        app.state.services = services
        yield
    await asyncio.to_thread(spans.close)


@asynccontextmanager
async def running_services(settings: Settings) -> AsyncIterator[Services]:
    """The objects that all requests share, while the block runs. It also starts if Postgres or Redis cannot be reached."""
    database_url, redis_url, tokens = requirements(settings)
    failpoints.arm(settings.work.failpoints)
    async with AsyncExitStack() as stack:
        db = WatchedDatabase(database_url, pool_size=DATABASE_CONNECTIONS, application="skyqueue-api")
        stack.callback(db.dispose)
        redis = clients.connect(redis_url, seconds=REDIS_SECONDS)
        stack.callback(redis.close)
        aredis = clients.connect_async(redis_url, seconds=REDIS_SECONDS, connections=REDIS_CONNECTIONS)
        stack.push_async_callback(aredis.aclose)
        api_keys = ApiKeys(db, redis)
        live = Live.build(
            db,
            aredis,
            redis_url,
            backlog_limit=settings.booking.backlog_limit,
            shares_backlog=settings.http.rate_limits == "on",
            rules=rules_of(settings),
            keys_changed=api_keys.look_soon,
        )
        live.start()
        stack.push_async_callback(live.close)
        api_keys.start()
        stack.push_async_callback(api_keys.close)
        ended = EndedSessions(db, token_seconds=tokens.lifetime_seconds + LEEWAY_SECONDS)
        ended.start()
        stack.push_async_callback(ended.close)
        stream_access = StreamAccess(live.streams, ended, api_keys)
        stream_access.start()
        stack.push_async_callback(stream_access.close)
        callbacks = CallbackInbox(db, redis, live.dispatcher, hold_minutes=settings.booking.hold_minutes)
        stack.push_async_callback(callbacks.close)
        cancellations = CancellationBatches(db, redis, live.dispatcher, settings)
        stack.push_async_callback(cancellations.close)
        payments = PaymentBatches(db, redis, live.dispatcher)
        stack.push_async_callback(payments.close)
        await asyncio.to_thread(job_events.announce_start, redis)
        await asyncio.to_thread(resolver.load)  # takes half a second, so it is done before the first request
        storage = open_storage(settings.servers)
        readiness = Readiness(all_checks(settings, db, redis, address.parse(redis_url), live.backlog, storage))
        await stack.enter_async_context(readiness.watching())
        kept_seconds = settings.search.search_cache_seconds
        search_cache = SearchCache(aredis, seconds=kept_seconds)
        timetable = Timetable(db.snapshot, aredis, max_bytes=settings.search.timetable_mb * 2**20, seconds=kept_seconds)
        stack.push_async_callback(timetable.close)
        services = Services(
            settings=settings,
            db=db,
            redis=redis,
            aredis=aredis,
            tokens=tokens,
            devices=tokens.known_devices(),
            ended=ended,
            api_keys=api_keys,
            limiter=RateLimiter(aredis, enabled=settings.http.rate_limits == "on"),
            hashing=PasswordHasher(),
            readiness=readiness,
            search_cache=search_cache,
            search_endpoint=SearchEndpoint(db, search_cache, live.seat_counts),
            timetable=timetable,
            storage=storage,
            ticket_signer=TicketSigner(tokens.secret),
            live=live,
            callbacks=callbacks,
            cancellations=cancellations,
            payments=payments,
        )
        if settings.http.metrics_port is not None:
            stack.enter_context(_metrics_on(settings.http.host, settings.http.metrics_port, services))
        yield services


@contextmanager
def _metrics_on(host: str, port: int, services: Services) -> Iterator[None]:
    server = metrics_server.serve(host, port, ProcessMetrics(lambda: gauges.read_all(services)))
    try:
        yield
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()
