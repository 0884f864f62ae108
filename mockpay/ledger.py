"""The provider's ledger in SQLite: charges, refunds, and the events to send to the merchant.

Amounts are in thousandths of the unit of a currency, because some currencies have three decimals. The methods are synchronous, and safe to
call from several threads.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS charges (
        id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL, token TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('processing', 'captured', 'declined')), decline_code TEXT, created_at REAL NOT NULL
    );
    CREATE TABLE IF NOT EXISTS refunds (
        id TEXT PRIMARY KEY, charge_id TEXT NOT NULL REFERENCES charges (id), amount INTEGER NOT NULL CHECK (amount > 0),
        created_at REAL NOT NULL
    );
    CREATE INDEX IF NOT EXISTS refunds_charge ON refunds (charge_id);
    CREATE TABLE IF NOT EXISTS events (
        id TEXT PRIMARY KEY, body TEXT NOT NULL, copies INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL
    );
    CREATE INDEX IF NOT EXISTS events_due ON events (next_at) WHERE next_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS failed_once (id TEXT PRIMARY KEY);
"""


_THOUSANDTHS: Final = 1
"""The version of a ledger with amounts in thousandths. Ledgers of version 0 have hundredths, and are converted."""
_TO_THOUSANDTHS: Final = """
    BEGIN IMMEDIATE; UPDATE charges SET amount = amount * 10; UPDATE refunds SET amount = amount * 10;
    PRAGMA user_version = 1; COMMIT;
"""


def money(amount: int) -> str:
    """Thousandths as a decimal string: with two decimals, or three where the third is not 0."""
    return f"{Decimal(amount) / 1000:.{3 if amount % 10 else 2}f}"


class KeyReused(Exception):
    """The id is in the ledger, with another amount, currency, token or charge."""


class NotRefundable(Exception):
    """There is no such captured charge, or the amount is larger than what was not refunded."""


@dataclass(frozen=True, slots=True)
class Charge:
    id: str
    amount: int
    currency: str
    token: str
    status: str
    decline_code: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured charge. `place`: its number in the ledger, from 1. `refunded`: the sum of its refunds."""

    place: int
    id: str
    amount: int
    currency: str
    refunded: int


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    charge_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event for the merchant. `copies`: how often it is delivered."""

    id: str
    body: str
    copies: int
    attempts: int


class Ledger:
    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        if self._connection.execute("PRAGMA user_version").fetchone()[0] < _THOUSANDTHS:
            self._connection.executescript(_TO_THOUSANDTHS)
        # A charge that was still processing when the process ended has captured no money, so it is deleted.
        self._connection.execute("DELETE FROM charges WHERE status = 'processing'")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def fail_once(self, charge_id: str) -> bool:
        """Whether this is the first call with this charge id."""
        with self._transaction() as connection:
            return connection.execute("INSERT OR IGNORE INTO failed_once VALUES (?)", (charge_id,)).rowcount == 1

    def open(self, charge: Charge, *, copies: int) -> tuple[Charge, bool]:
        """Insert a charge, if there is none with its id. Returns the charge with this id, and whether it is new.

        Raises:
            KeyReused
        """
        with self._transaction() as connection:
            found = self._find(charge.id)
            if found is not None:
                if (found.amount, found.currency, found.token) != (charge.amount, charge.currency, charge.token):
                    raise KeyReused
                return found, False
            connection.execute(
                "INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?)",
                (charge.id, charge.amount, charge.currency, charge.token, charge.status, charge.decline_code, time.time()),
            )
            if charge.status != "processing":
                self._add_event(charge, copies)
            return charge, True

    def capture(self, charge: Charge, *, copies: int) -> Charge:
        """Capture a charge that is processing."""
        captured = Charge(charge.id, charge.amount, charge.currency, charge.token, "captured", None)
        with self._transaction() as connection:
            moved = connection.execute(
                "UPDATE charges SET status = 'captured' WHERE id = ? AND status = 'processing'", (charge.id,)
            ).rowcount
            if moved:
                self._add_event(captured, copies)
        return captured

    def find_charge(self, charge_id: str) -> Charge | None:
        with self._lock:
            return self._find(charge_id)

    def refund(self, refund: Refund) -> Refund:
        """Refund a part of a captured charge. If there is a refund with this id, it is returned, and nothing changes.

        Raises:
            KeyReused, NotRefundable
        """
        with self._transaction() as connection:
            found = connection.execute("SELECT id, charge_id, amount FROM refunds WHERE id = ?", (refund.id,)).fetchone()
            if found is not None:
                if Refund(*found) != refund:
                    raise KeyReused
                return refund
            charge = self._find(refund.charge_id)
            (given,) = connection.execute(
                "SELECT coalesce(sum(amount), 0) FROM refunds WHERE charge_id = ?", (refund.charge_id,)
            ).fetchone()
            if charge is None or charge.status != "captured" or given + refund.amount > charge.amount:
                raise NotRefundable
            connection.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?)", (refund.id, refund.charge_id, refund.amount, time.time())
            )
        return refund

    def find_refund(self, refund_id: str) -> Refund | None:
        with self._lock:
            row = self._connection.execute("SELECT id, charge_id, amount FROM refunds WHERE id = ?", (refund_id,)).fetchone()
        return Refund(*row) if row else None

    def list_charges(self) -> list[Charge]:
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, amount, currency, token, status, decline_code FROM charges ORDER BY created_at, id"
            ).fetchall()
        return [Charge(*row) for row in rows]

    def list_captures(self, after: int, limit: int) -> list[Capture]:
        """Captured charges in the order of their `place`, those after the place `after`, at most `limit`."""
        with self._lock:
            rows = self._connection.execute(
                """
                SELECT c.rowid, c.id, c.amount, c.currency, coalesce((SELECT sum(r.amount) FROM refunds r WHERE r.charge_id = c.id), 0)
                FROM charges c WHERE c.rowid > ? AND c.status = 'captured' ORDER BY c.rowid LIMIT ?
                """,
                (after, limit),
            ).fetchall()
        return [Capture(*row) for row in rows]

    def list_refunds(self) -> list[Refund]:
        with self._lock:
            rows = self._connection.execute("SELECT id, charge_id, amount FROM refunds ORDER BY created_at, id").fetchall()
        return [Refund(*row) for row in rows]

    def due_events(self, limit: int) -> list[Event]:
        """Events that are to be delivered now, those that are due longest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, body, copies, attempts FROM events WHERE next_at <= ? ORDER BY next_at LIMIT ?", (time.time(), limit)
            ).fetchall()
        return [Event(*row) for row in rows]

    def delivered(self, event_id: str) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE events SET next_at = NULL WHERE id = ?", (event_id,))

    def not_delivered(self, event_id: str, again_in: float | None) -> None:
        """Count a failed attempt. `again_in`: seconds until the next attempt; None: there is none."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET attempts = attempts + 1, next_at = ? + ? WHERE id = ?", (time.time(), again_in, event_id)
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _find(self, charge_id: str) -> Charge | None:
        row = self._connection.execute(
            "SELECT id, amount, currency, token, status, decline_code FROM charges WHERE id = ?", (charge_id,)
        ).fetchone()
        return Charge(*row) if row else None

    def _add_event(self, charge: Charge, copies: int) -> None:
        event_id = f"evt_{uuid4().hex}"
        body: dict[str, Any] = {
            "id": event_id,
            "type": f"charge.{charge.status}",
            "charge_id": charge.id,
            "amount": money(charge.amount),
            "currency": charge.currency,
            "status": charge.status,
            "decline_code": charge.decline_code,
        }
        self._connection.execute(
            "INSERT INTO events (id, body, copies, next_at) VALUES (?, ?, ?, ?)",
            (event_id, json.dumps(body), copies, time.time()),
        )
