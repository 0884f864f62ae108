"""One worker process: a pool of threads for each queue, the sweep, the senders, and a watchdog. This module creates and connects
all of them.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import dramatiq
import structlog
from dramatiq import Worker

from core import failpoints, interpreter, refusal
from core.db import is_away
from core.events import job_events
from core.heartbeats import beats
from core.messaging.envelope import read_ids
from core.messaging.messages import (
    CancelFlights,
    ImportFile,
    Message,
    Queue,
    ReserveAlone,
    ReserveBookings,
    SendMails,
    SendRefunds,
    WorkPayments,
)
from core.migrations import check
from core.operations import dead_letters
from core.redis import address, suitability
from core.settings import FILES_AT_A_TIME, Settings
from core.telemetry import metrics_server
from core.telemetry.incidents import Incident
from core.telemetry.logs import configure as configure_logs
from core.telemetry.metrics import BATCH_SIZE, MESSAGE_SECONDS, MESSAGES, ProcessMetrics
from core.telemetry.tracing import spans
from core.telemetry.tracing.setting import start_if_configured
from workers.bookings import reserve_alone, reserve_bookings
from workers.broker import reconnects
from workers.broker.consumer import connect
from workers.context import Context
from workers.flights import cancel_flights
from workers.health import gauges
from workers.health.heartbeat import Heartbeat, ProcessActivity
from workers.health.redis_watch import RedisWatch
from workers.health.worked import Worked
from workers.imports.handler import import_files
from workers.mails import send_mails
from workers.middleware import watchdog
from workers.middleware.correlation import Correlation
from workers.middleware.tracing import Tracing
from workers.payment_executor import PaymentExecutor
from workers.payments import send_refunds, work_payments
from workers.sweeps.sweeper import Sweeper
from workers.webhooks.sender import WebhookSender

STOP_MS = 2_000
"""How long running messages may take to end after SIGTERM. The sweep repeats work that does not end in time."""

IMPORTS_STOP_SECONDS = 1.0
"""How long imports may take to end after SIGTERM. A worker whose supervisor was killed is killed 2.5 s after SIGTERM, and its import processes
must have ended before: one that is stopped would remain."""

CONSUMER_STALL_SECONDS = 20.0
"""A consumer without progress for this time is stuck. While Redis does not answer, it makes progress after each command's time
limit.
"""

ENDINGS = (signal.SIGTERM, signal.SIGINT)

Handler = Callable[[Context, Sequence[UUID]], None]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pool:
    """The threads of one queue. Every queue has its own, so that no kind of work waits for another."""

    queue: Queue
    threads: int
    handlers: dict[type[Message], Handler]
    stall_seconds: float
    """A thread that processes a message is stuck if it makes no progress for this time: it neither borrows nor returns a connection to Postgres,
    nor hears of another chunk of its import.
    """


def pools(settings: Settings) -> tuple[Pool, ...]:
    """The pools of all queues."""
    return (
        Pool(
            Queue.BOOKINGS, settings.work.worker_threads, {ReserveBookings: reserve_bookings, ReserveAlone: reserve_alone}, 20.0
        ),
        Pool(Queue.IMPORTS, FILES_AT_A_TIME, {ImportFile: import_files}, 120.0),
        Pool(Queue.PAYMENTS, 1, {WorkPayments: work_payments, SendRefunds: send_refunds}, 20.0),
        Pool(Queue.FLIGHTS, 1, {CancelFlights: cancel_flights}, 20.0),
        Pool(Queue.MAILS, 1, {SendMails: send_mails}, 60.0),
    )


def start(pool: Pool, context: Context, worked: Worked) -> Worker:
    """Start the threads of one pool, with a broker of its own, because Dramatiq needs one broker for each worker."""

    def store_unreadable(queue: str, payload: bytes, error: str) -> None:
        with context.db.transaction() as connection:
            letters = dead_letters.store_payload(connection, queue, payload, error)
        dead_letters.log(letters)

    consumer_polled = context.progress.expect(f"the consumer of {pool.queue}", limit_seconds=CONSUMER_STALL_SECONDS)
    reconnects.leave_out(pool.queue)
    broker = connect(
        str(context.settings.servers.redis_url),
        store_unreadable,
        consumer_polled,
        lambda: context.pauses.is_paused(pool.queue),
        worked.add,
    )
    broker.add_middleware(Correlation())
    broker.add_middleware(Tracing())
    for message, handler in pool.handlers.items():
        _declare(broker, message, handler, context, pool)
    worker = Worker(broker, queues={pool.queue}, worker_threads=pool.threads, worker_timeout=100)
    # Fetch only as many messages as there are threads: a prefetched message would wait here while another process may be idle.
    worker.queue_prefetch = pool.threads
    worker.start()
    return worker


def _declare(broker: dramatiq.Broker, message: type[Message], handler: Handler, context: Context, pool: Pool) -> None:
    name = f"a thread of {pool.queue}"
    outage = Incident(_log, "Postgres is away, so the sweep will send this again", "Postgres is back")

    def act(ids: list[str]) -> None:
        BATCH_SIZE.labels(message.actor).observe(len(ids))
        working = context.progress.working(name, limit_seconds=pool.stall_seconds, actor=message.actor, items=len(ids))
        with working, MESSAGE_SECONDS.labels(message.actor).time():
            try:
                handler(context, read_ids(ids))
            except Exception as error:
                if not is_away(error):
                    MESSAGES.labels(message.actor, "failed").inc()
                    raise
                MESSAGES.labels(message.actor, "postponed").inc()
                outage.failed(actor=message.actor, error=str(error))
            else:
                MESSAGES.labels(message.actor, "done").inc()
                outage.succeeded()

    dramatiq.Actor(act, broker=broker, actor_name=message.actor, queue_name=message.queue, priority=0, options={})


def run() -> int:
    """Work until SIGTERM or SIGINT. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="skyqueue worker")
    parser.add_argument(
        "--log", type=Path, help="the file for log lines, which may be renamed at any time; without it, standard error"
    )
    log: Path | None = parser.parse_args().log
    configure_logs("worker", file=log)
    interpreter.tune()
    with refusal.refusing("skyqueue worker"):
        settings = refusal.read_settings("skyqueue worker")
        start_if_configured(settings.telemetry.traces, "worker")
        context = Context.open(settings, log=log)
        redis_url = str(settings.servers.redis_url)
        suitability.require(redis_url, may_be_away=True)
        check.await_tables(
            context.db.address, lambda missing: _log.warning("waiting for the tables of the database", reason=missing)
        )
    failpoints.arm(settings.work.failpoints)
    stopping = threading.Event()
    # The signals are blocked in all threads and awaited in this one. A signal handler that sets an Event could deadlock with itself.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)

    job_events.announce_start(context.redis)
    executors = [context.payment_executor] if context.payment_executor else []
    for executor in executors:
        executor.start()
    worked = Worked()
    workers = [start(pool, context, worked) for pool in pools(settings)]
    sweeper = Sweeper(context, stopping)
    sweeper.start()
    this = beats.this_process([pool.queue for pool in pools(settings)], has_provider=context.payment_executor is not None)
    process_activity = ProcessActivity(
        context.progress,
        worked,
        calls=lambda: sum(executor.calls for executor in executors),
        sweeps=lambda: sweeper.holds_lock,
    )
    heartbeat = Heartbeat(context.db, this, process_activity, context.pauses, stopping)
    heartbeat.start()
    webhooks = WebhookSender(
        context.db, context.progress, stopping, allows_private=settings.webhooks.webhook_private_addresses == "on"
    )
    webhooks.start()
    redis_watch = RedisWatch(context.redis, address.parse(redis_url), stopping)
    redis_watch.start()
    steady = [sweeper.thread, heartbeat.thread, redis_watch.thread, webhooks.thread, *(executor.thread for executor in executors)]
    watchdog.watch(
        lambda: [*steady, *(thread for worker in workers for thread in (*worker.consumers.values(), *worker.workers))],
        context.progress,
        stopping,
        alive_path=settings.work.worker_alive_path,
    )
    if settings.work.worker_metrics_port is not None:
        process_metrics = ProcessMetrics(lambda: gauges.read_all(context, sweeper))
        metrics_server.serve(settings.http.host, settings.work.worker_metrics_port, process_metrics)
    _log.info("worker ready", pid=os.getpid(), queues=[pool.queue for pool in pools(settings)])
    signal.sigwait(ENDINGS)
    stopping.set()
    _stop(context, workers, executors)
    for thread in (sweeper.thread, heartbeat.thread, redis_watch.thread, webhooks.thread):
        thread.join(timeout=1)
    context.close()
    spans.close()
    return 0


def _stop(context: Context, workers: list[Worker], executors: list[PaymentExecutor]) -> None:
    """Stop all of them at the same time."""
    stops = [
        threading.Thread(target=context.import_processes.close, kwargs={"grace_seconds": IMPORTS_STOP_SECONDS}),
        *(threading.Thread(target=worker.stop, kwargs={"timeout": STOP_MS}) for worker in workers),
        *(threading.Thread(target=executor.stop) for executor in executors),
    ]
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join()


if __name__ == "__main__":
    sys.exit(run())
