"""How much the workers process: messages and items of each queue and second, stored for 15 minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.db import RawConnection, fetch

KEPT_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Amount:
    """The number of processed messages, and of the items (bookings, files, refunds) in them."""

    messages: int
    items: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Processed messages and items per second, on average over the last 5 s, 1 min and 15 min."""

    queue: str
    messages_5s: float
    messages_1min: float
    messages_15min: float
    items_5s: float
    items_1min: float
    items_15min: float


def idle(queue: str) -> Rates:
    """The rates of a queue in which nothing was processed."""
    return Rates(queue, 0, 0, 0, 0, 0, 0)


def add(connection: RawConnection, worked: Mapping[str, Amount]) -> None:
    """Add what a worker has processed since its last report, by queue."""
    if not worked:
        return
    queues = sorted(worked)
    connection.execute(
        """
        INSERT INTO queue_work (queue, second, messages, items)
        SELECT w.queue, date_trunc('second', clock_timestamp()), w.messages, w.items
        FROM unnest(%s::text[], %s::int[], %s::int[]) AS w(queue, messages, items)
        ON CONFLICT (queue, second) DO UPDATE
        SET messages = queue_work.messages + excluded.messages, items = queue_work.items + excluded.items
        """,
        (queues, [worked[queue].messages for queue in queues], [worked[queue].items for queue in queues]),
    )


def delete_old(connection: RawConnection) -> None:
    """Delete rows that are too old for all rates."""
    connection.execute("DELETE FROM queue_work WHERE second < clock_timestamp() - %s * interval '1 second'", (KEPT_SECONDS,))


def read_rates(connection: RawConnection) -> dict[str, Rates]:
    """Queue -> its rates. Queues that were idle for 15 minutes are left out."""
    rows = fetch(
        connection,
        Rates,
        """
        SELECT queue,
            coalesce(sum(messages) FILTER (WHERE age < 5), 0)::float8 / 5 AS messages_5s,
            coalesce(sum(messages) FILTER (WHERE age < 60), 0)::float8 / 60 AS messages_1min,
            sum(messages)::float8 / %(kept)s AS messages_15min,
            coalesce(sum(items) FILTER (WHERE age < 5), 0)::float8 / 5 AS items_5s,
            coalesce(sum(items) FILTER (WHERE age < 60), 0)::float8 / 60 AS items_1min,
            sum(items)::float8 / %(kept)s AS items_15min
        FROM (SELECT queue, messages, items, extract(epoch FROM clock_timestamp() - second - interval '1 second') AS age
              FROM queue_work) AS work
        WHERE age < %(kept)s GROUP BY queue
        """,
        {"kept": KEPT_SECONDS},
    )
    return {row.queue: row for row in rows}
