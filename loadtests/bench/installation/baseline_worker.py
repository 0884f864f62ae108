"""A stock Dramatiq worker: one message and one commit for each booking, with the same work as the product's worker."""

from __future__ import annotations

import os
import signal
import sys
from typing import Final
from uuid import UUID

import dramatiq
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker

from core.settings import Settings
from loadtests.bench.installation.baselines import NAMESPACE
from workers.bookings import reserve_bookings
from workers.context import Context

THREADS: Final = 8
"""What Dramatiq starts for each process."""


def run() -> int:
    broker = RedisBroker(url=os.environ["SKYQUEUE_REDIS_URL"], namespace=NAMESPACE)
    context = Context.open(Settings())

    def reserve_one(booking_id: str) -> None:
        reserve_bookings(context, [UUID(booking_id)])

    dramatiq.actor(broker=broker, queue_name="bookings")(reserve_one)
    worker = Worker(broker, worker_threads=THREADS)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    worker.start()
    signal.sigwait({signal.SIGTERM})
    worker.stop()
    context.close()
    return 0


if __name__ == "__main__":
    sys.exit(run())
