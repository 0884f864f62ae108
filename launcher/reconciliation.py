"""Compare the ledger of the payment provider with our payments, page by page, for `skyqueue audit`."""

from __future__ import annotations

import asyncio
from typing import Final

from core.db import Database
from core.invariants import checker
from core.invariants.checker import Violation
from core.payments.http_provider import HttpProvider
from core.payments.provider import Ledger, LedgerUnreadable

PAGE_SECONDS: Final = 10.0


def find_unreconciled(database: Database, payments_url: str) -> list[Violation]:
    """A violation for each capture that belongs to no booking, and for each other difference; or one that says that the ledger cannot be read."""
    return asyncio.run(_read(database, payments_url))


async def _read(database: Database, payments_url: str) -> list[Violation]:
    provider = HttpProvider(payments_url, seconds=PAGE_SECONDS)
    try:
        return await _compare(database, provider)
    finally:
        await provider.close()


async def _compare(database: Database, ledger: Ledger) -> list[Violation]:
    found: list[Violation] = []
    cursor: str | None = None
    try:
        while True:
            page = await ledger.list_captures(cursor)
            with database.snapshot() as connection:
                found += checker.compare_captures(connection, page.captures)
            cursor = page.next_cursor
            if cursor is None:
                return found
    except LedgerUnreadable as error:
        return [*found, checker.unreadable_ledger(str(error))]
