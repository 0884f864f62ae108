"""Every table has one package that writes it, and the edges have no SQL at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from core.migrations.metadata import METADATA
from tests.architecture.source import Module, modules

WRITERS: Final = {
    "audit_log": "core.operations",
    "booking_segments": "core.bookings",
    "bookings": "core.bookings",
    "cancellations": "core.bookings",
    "dead_letters": "core.operations",
    "flight_cancellations": "core.flights",
    "flights": "core.flights",
    "idempotency_keys": "core.idempotency",
    "import_changes": "core.imports",
    "import_errors": "core.imports",
    "import_stage": "core.flights",
    "imports": "core.imports",
    "operations_minutes": "core.jobs",
    "passengers": "core.bookings",
    "paused_queues": "core.operations",
    "payment_events": "core.payments",
    "payments": "core.payments",
    "refresh_tokens": "core.users",
    "refunds": "core.payments",
    "schedule_changes": "core.flights",
    "sessions": "core.users",
    "users": "core.users",
    "waitlist": "core.waitlist",
    "worker_heartbeats": "core.heartbeats",
}
"""The package that writes each table. Who wants a row changed calls a function of that package."""

TEMPORARY: Final = {"import_stage"}
WRITTEN_AS_OBJECTS: Final = {"refresh_tokens", "sessions", "users"}
"""Through SQLModel, so no statement names them."""

_WRITE: Final = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE(?: TABLE)?|MERGE INTO)\s+(?:ONLY\s+)?([a-z_]+)\b")
_STATEMENT: Final = re.compile(
    r"\b(?:SELECT\s.*\bFROM|INSERT INTO|UPDATE\s+\w+.*\bSET|DELETE FROM|COPY\s.*\b(?:FROM|TO))\b", re.DOTALL
)


def writes(module: Module) -> Iterable[tuple[str, int]]:
    """The tables that the SQL of a module writes, with the lines."""
    for line, text in module.texts():
        for table in _WRITE.findall(text):
            if table in WRITERS:
                yield table, line


def strays(found: Iterable[Module]) -> list[str]:
    """What writes a table of another package. The practice provider has a database of its own."""
    return [
        f"{module.name}:{line} writes {table}"
        for module in found
        if not module.name.startswith("mockpay")
        for table, line in writes(module)
        if module.package != WRITERS[table]
    ]


def statements_in_edges(found: Iterable[Module]) -> list[str]:
    return [
        f"{module.name}:{line}"
        for module in found
        if module.name.split(".")[0] in ("api", "workers")
        for line, text in module.texts()
        if _STATEMENT.search(text)
    ]


def module_of(tmp_path: Path, name: str, code: str) -> Module:
    path = tmp_path / "module.py"
    path.write_text(code)
    return Module(name, path)


def test_every_table_is_written_by_its_package_alone() -> None:
    assert strays(modules()) == []


def test_every_table_has_a_writer() -> None:
    written = {table for module in modules() for table, _ in writes(module)}
    assert {*METADATA.tables, *TEMPORARY} == set(WRITERS)
    assert set(WRITERS) - written <= WRITTEN_AS_OBJECTS


def test_a_write_outside_its_package_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.lifecycle.expire", 'SQL = "UPDATE bookings SET next_at = now()"')
    assert strays([stray]) == ["core.lifecycle.expire:1 writes bookings"]


def test_the_edges_have_no_sql() -> None:
    assert statements_in_edges(modules()) == []


def test_sql_in_an_edge_is_found(tmp_path: Path) -> None:
    edge = module_of(tmp_path, "api.jobs", 'ASK = "SELECT id FROM bookings WHERE id = %s"')
    assert statements_in_edges([edge]) == ["api.jobs:1"]
