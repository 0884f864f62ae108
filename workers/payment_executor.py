"""Call the payment provider. Many calls run at once on one event loop, so a call that hangs occupies a socket, not a thread.

An actor only passes ids to the executor. They wait in groups, one for each flight (`workers/bulkhead.py`), so a flight whose
charges hang does not delay others. If the process ends, the sweep finds the remaining work in Postgres.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.batching import Batcher
from core.payments.breaker import CircuitBreaker
from core.payments.provider import Provider
from core.telemetry.incidents import Incident, Incidents
from core.telemetry.tracing import spans
from core.telemetry.tracing.spans import TraceParent
from workers.bulkhead import Bulkhead
from workers.health.progress import Progress

FLIGHT_CALLS: Final = 32
"""The most calls at the same time for one flight."""
CALLS: Final = 512
"""The most payments and refunds in progress."""
FLIGHT_WAITING: Final = 1_000
"""The most items that wait for one flight. Further items are dropped; the sweep sends them again."""
BATCH: Final = 64
PULSE_SECONDS: Final = 1.0
STALL_SECONDS: Final = 20.0
"""If the event loop runs no callback for this time, it is stuck."""
GRACE_SECONDS: Final = 1.5
"""How long running calls may take to end when the process stops."""

Claim = TypeVar("Claim")
Outcome = TypeVar("Outcome")

_log = structlog.get_logger(__name__)


class Operation(Protocol[Claim, Outcome]):
    """One kind of call, with the changes in Postgres before and after it. `claim` and `settle` run in threads, with batches."""

    def claim(self, ids: list[UUID]) -> Sequence[Claim | None]:
        """Claim the work of these ids in Postgres. None for an id without work."""

    async def call(self, provider: Provider, claim: Claim) -> Outcome:
        """Call the provider. Errors of the provider are part of the outcome, not exceptions."""

    def answered(self, outcome: Outcome) -> bool:
        """Whether the provider answered the call."""

    def settle(self, ended: list[tuple[Claim, Outcome]]) -> Sequence[None]:
        """Store the outcomes, and do what follows the commit."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """The context of one id: the correlation ids of its message, for log lines, and the span that its trace continues from."""

    context: Context
    trace: TraceParent | None


@dataclass(frozen=True, slots=True)
class _RunningOperation(Generic[Claim, Outcome]):
    """An operation with its two batchers (`core/batching.py`), for as long as the event loop runs."""

    operation: Operation[Claim, Outcome]
    claims: Batcher[UUID, Claim | None]
    settlements: Batcher[tuple[Claim, Outcome], None]

    @classmethod
    def open(cls, name: str, operation: Operation[Claim, Outcome]) -> _RunningOperation[Claim, Outcome]:
        return cls(
            operation,
            Batcher(f"{name}-claims", operation.claim, limit=BATCH),
            Batcher(f"{name}-settlements", operation.settle, limit=BATCH),
        )

    async def close(self) -> None:
        await self.claims.close()
        await self.settlements.close()


class PaymentExecutor:
    """A thread with an event loop. `provider` is called on that loop; `submit` may be called from any thread."""

    def __init__(self, provider: Callable[[], Provider], operations: dict[str, Operation[Any, Any]], progress: Progress) -> None:
        self._make_provider = provider
        self._moved = progress.expect("the calls to the payment provider", limit_seconds=STALL_SECONDS)
        self._operations = operations
        self._bulkhead: Bulkhead[tuple[str, UUID], tuple[str, UUID]] = Bulkhead(
            width=FLIGHT_CALLS, total=CALLS, depth=FLIGHT_WAITING
        )
        self._breaker = CircuitBreaker()
        self._tasks: set[asyncio.Task[None]] = set()
        self._origins: dict[tuple[str, UUID], _Origin] = {}
        """The context of each waiting id."""
        self._running: dict[str, _RunningOperation[Any, Any]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._postgres = Incident(_log, "Postgres is away, so the sweep will pay", "Postgres takes outcomes of payments again")
        self._broken = Incidents(_log, "a payment could not be processed", level=logging.ERROR)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="payments", daemon=True)

    def start(self) -> None:
        """Start the thread, and return when `submit` may be called.

        Raises:
            RuntimeError: the thread ended with an error, which is in the log.
        """
        self.thread.start()
        while not self._ready.wait(timeout=0.1):
            if not self.thread.is_alive():
                raise RuntimeError("the payment executor did not start")

    def submit(self, operation: str, wanted: dict[UUID, UUID]) -> None:
        """Queue work for an operation. `wanted`: id -> the flight in whose group it waits. Returns at once."""
        if self._loop is None:
            raise RuntimeError("the payment executor was not started")
        parents, context = spans.parents_of(wanted), copy_context()
        origins = {each: _Origin(context.copy(), parents.get(str(each))) for each in wanted}
        self._loop.call_soon_threadsafe(self._submit, operation, wanted, origins)

    @property
    def calls(self) -> int:
        """The number of payments and refunds in processing, also those that wait for Postgres. It may be called from any thread."""
        return len(self._tasks)

    @property
    def is_provider_avoided(self) -> bool:
        """Whether the circuit breaker is open: the provider failed too often, and only a few probes are sent to it."""
        return self._breaker.is_open

    def stop(self) -> None:
        """Wait `GRACE_SECONDS` for running calls, then cancel them. A later attempt looks up their outcome."""
        if self._loop is not None and self._stopping is not None and self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self.thread.join()

    async def _run(self) -> None:
        self._provider = self._make_provider()
        self._running = {name: _RunningOperation.open(name, operation) for name, operation in self._operations.items()}
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        pulse = asyncio.create_task(self._pulse())
        await self._stopping.wait()
        pulse.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for running in self._running.values():
            await running.close()
        await self._provider.close()

    async def _pulse(self) -> None:
        """Reports regularly that the event loop is running."""
        while True:
            self._moved()
            await asyncio.sleep(PULSE_SECONDS)

    def _submit(self, operation: str, wanted: dict[UUID, UUID], origins: dict[UUID, _Origin]) -> None:
        for each, flight_id in wanted.items():
            if self._bulkhead.put((operation, flight_id), (operation, each)):
                self._origins[operation, each] = origins[each]
        self._start_ready()

    def _start_ready(self) -> None:
        assert self._stopping is not None
        while not self._stopping.is_set() and (taken := self._bulkhead.take()) is not None:
            origin = self._origins.pop(taken[1])
            task = asyncio.get_running_loop().create_task(self._serve(*taken, origin.trace), context=origin.context)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, group: tuple[str, UUID], item: tuple[str, UUID], trace: TraceParent | None) -> None:
        try:
            with spans.span(item[0], trace):
                await self._work(group, *item)
        except (psycopg.Error, SQLAlchemyError) as error:
            self._postgres.failed(id=str(item[1]), error=str(error))
        except Exception:  # the others go on, and the sweep sends this one again
            self._broken.failed(item, id=str(item[1]), exc_info=True)
        finally:
            self._bulkhead.done(item)
            self._start_ready()

    async def _work(self, group: tuple[str, UUID], operation: str, each: UUID) -> None:
        try:
            ended = await self._call(operation, each, flight_id=group[1])
        finally:
            # The outcomes of a flight are stored together, many in one transaction, while its next calls run.
            self._bulkhead.vacate(group)
            self._start_ready()
        if ended is not None:
            await self._running[operation].settlements.submit(ended)
            self._postgres.succeeded()

    async def _call(self, operation: str, each: UUID, *, flight_id: UUID) -> tuple[Any, Any] | None:
        """Claim one id and call the provider. Returns the claim and the outcome; None: there is no work, or the provider is avoided."""
        if not self._breaker.allows(flight_id):
            return None
        running = self._running[operation]
        claim = await running.claims.submit(each)
        if claim is None:
            return None
        outcome = await running.operation.call(self._provider, claim)
        self._breaker.record(flight_id, answered=running.operation.answered(outcome))
        return claim, outcome
