"""The callbacks of the provider while Postgres cannot store them."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest

from api.live.callback_inbox import CallbackInbox
from core.clock import new_id
from core.db import AWAY
from core.lifecycle import settle_payment
from core.payments import events
from core.payments.events import ProviderEvent
from tests.support.counting_database import CountingDatabase
from tests.support.pipeline import Pipeline

pytestmark = pytest.mark.anyio


def event() -> ProviderEvent:
    read = events.read(f'{{"id": "evt_{uuid4().hex}", "type": "charge.captured", "charge_id": "{new_id()}"}}'.encode())
    assert read is not None
    return read


async def deliver(pipeline: Pipeline, database: CountingDatabase, count: int) -> list[BaseException | None]:
    """What became of so many callbacks that arrive together."""
    inbox = CallbackInbox(database, pipeline.redis, pipeline.context.dispatcher, hold_minutes=15)
    outcomes = await asyncio.gather(*(inbox.receive(event()) for _ in range(count)), return_exceptions=True)
    await inbox.close()
    database.dispose()
    return outcomes


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_server_that_is_away_gets_one_attempt_for_all_callbacks(pipeline: Pipeline, hangs: bool) -> None:
    database = CountingDatabase("postgresql://127.0.0.1:1/nobody", pool_size=1, application="callbacks")
    database.hangs = hangs
    outcomes = await deliver(pipeline, database, 64)
    assert all(isinstance(outcome, AWAY) for outcome in outcomes)
    assert len(outcomes) == 64
    assert database.transactions == 1


@pytest.mark.parametrize(
    ("broken", "transactions"),
    [
        # All four, the first two, each of them; the others, and each of them.
        (psycopg.errors.LockNotAvailable("somebody keeps the row"), 7),
        (psycopg.DataError("a row that is to blame"), 7),
        (psycopg.OperationalError("the server went away"), 4),
    ],
)
async def test_one_callback_that_cannot_be_written_keeps_no_other_out_unless_the_server_is_gone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, broken: Exception, transactions: int
) -> None:
    written: list[int] = []

    def apply(_connection: object, batch: list[ProviderEvent], *_: object, **__: object) -> None:
        written.append(len(batch))
        if len(batch) > 1:
            raise psycopg.DataError("a row that is to blame")
        if len(written) == 4:
            raise broken

    monkeypatch.setattr(settle_payment, "apply_events", apply)
    database = CountingDatabase(pipeline.database_url, pool_size=1, application="callbacks")
    outcomes = await deliver(pipeline, database, 4)
    after = [None, None] if transactions == 7 else [broken, broken]
    assert outcomes == [None, broken, *after]
    assert database.transactions == transactions


async def test_callbacks_that_met_a_deadlock_are_written_again_together(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def apply(_connection: object, batch: list[ProviderEvent], *_: object, **__: object) -> None:
        written.append(len(batch))
        if len(written) == 1:
            raise psycopg.errors.DeadlockDetected("another transaction was in the way")

    monkeypatch.setattr(settle_payment, "apply_events", apply)
    database = CountingDatabase(pipeline.database_url, pool_size=1, application="callbacks")
    assert await deliver(pipeline, database, 5) == [None] * 5
    assert written == [5, 5], "the whole batch again, and not one by one"
