"""The objects that the actors of one worker process share: connections, settings, health."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import redis
from sqlalchemy import event

from core.db import Database
from core.imports.storage.files import Storage
from core.imports.storage.opening import open_storage
from core.messaging.dispatcher import Dispatcher
from core.payments.http_provider import HttpProvider
from core.redis import clients
from core.seats.inventory import Inventory
from core.settings import Settings
from core.startup import CannotStart
from workers.health.progress import Progress
from workers.imports.processes import ImportProcesses
from workers.pauses import Pauses
from workers.payment_executor import Operation, PaymentExecutor
from workers.payment_operations import ChargeOperation, RefundOperation, Transactions
from workers.sweeps.findings import Findings

PAYMENTS: Final = "payments"
REFUNDS: Final = "refunds"
"""The names of the two operations of the payment executor."""
REDIS_SECONDS: Final = 5.0
"""The time limit of one Redis command. After it Redis counts as away, and the sweep repeats the work."""


@dataclass(frozen=True, slots=True)
class Context:
    settings: Settings
    db: Database
    redis: redis.Redis
    inventory: Inventory
    dispatcher: Dispatcher
    storage: Storage
    payment_executor: PaymentExecutor | None
    """None if no payment provider is configured. It must be started before use."""
    progress: Progress
    """Whether the threads of this process make progress."""
    pauses: Pauses
    """Which queues an administrator has paused."""
    findings: Findings
    """What the present pass of the sweep has found."""
    import_processes: ImportProcesses
    """The processes that import files for this process."""

    @classmethod
    def open(cls, settings: Settings, *, log: Path | None = None) -> Context:
        """Create the clients. No connection is made yet. `log`: the file for log lines of other processes that this one starts.

        Raises:
            CannotStart: the settings name no servers.
        """
        database_url, redis_url = settings.servers.database_url, settings.servers.redis_url
        if database_url is None or redis_url is None:
            raise CannotStart(
                "SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL must name the servers.", "`skyqueue up` starts its own."
            )
        client = clients.connect(redis_url, seconds=REDIS_SECONDS)
        db = Database(database_url, pool_size=settings.work.connections, application="skyqueue-worker")
        progress = Progress()
        for borrowing in ("checkout", "checkin"):
            event.listen(db.engine, borrowing, progress.moved)
        dispatcher = Dispatcher(redis_url)
        return cls(
            settings=settings,
            db=db,
            redis=client,
            inventory=Inventory(client),
            dispatcher=dispatcher,
            storage=open_storage(settings.servers),
            payment_executor=_payment_executor(settings, Transactions(db, client, dispatcher), progress),
            progress=progress,
            pauses=Pauses(),
            findings=Findings(),
            import_processes=ImportProcesses(log),
        )

    def close(self) -> None:
        self.import_processes.close()
        if self.payment_executor is not None:
            self.payment_executor.stop()
        self.dispatcher.close()
        self.redis.close()
        self.db.dispose()


def _payment_executor(settings: Settings, transactions: Transactions, progress: Progress) -> PaymentExecutor | None:
    url, seconds = settings.payments.payments_url, settings.payments.payments_timeout_seconds
    if url is None:
        return None
    operations: dict[str, Operation[Any, Any]] = {
        PAYMENTS: ChargeOperation(transactions, hold_minutes=settings.booking.hold_minutes),
        REFUNDS: RefundOperation(transactions),
    }
    return PaymentExecutor(lambda: HttpProvider(url, seconds=seconds), operations, progress)
