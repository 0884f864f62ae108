"""Every table has one package that writes it, with SQL or through SQLModel, and the edges have no SQL at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from sqlmodel import SQLModel

from core.migrations.metadata import METADATA
from tests.architecture.source import Module, modules

WRITERS: Final = {
    "api_keys": "core.users",
    "audit_log": "core.operations",
    "booking_segments": "core.bookings",
    "bookings": "core.bookings",
    "cancellations": "core.bookings",
    "dead_letters": "core.operations",
    "event_readers": "core.events",
    "fare_watches": "core.fare_watches",
    "flight_cancellations": "core.flights",
    "flights": "core.flights",
    "idempotency_keys": "core.idempotency",
    "import_changes": "core.imports",
    "import_errors": "core.imports",
    "import_stage": "core.flights",
    "imports": "core.imports",
    "load_run_bookings": "core.load_runs",
    "load_runs": "core.load_runs",
    "mail_requests": "core.mail",
    "mails": "core.mail",
    "operations_minutes": "core.jobs",
    "outbox": "core.events",
    "passengers": "core.bookings",
    "paused_queues": "core.operations",
    "payment_events": "core.payments",
    "payments": "core.payments",
    "queue_work": "core.heartbeats",
    "rebookings": "core.bookings",
    "refresh_tokens": "core.users",
    "refunds": "core.payments",
    "schedule_changes": "core.flights",
    "seat_numbers": "core.bookings",
    "sessions": "core.users",
    "sweep_passes": "core.sweeps",
    "users": "core.users",
    "waitlist": "core.waitlist",
    "webhook_deliveries": "core.webhooks",
    "webhooks": "core.webhooks",
    "worker_heartbeats": "core.heartbeats",
}
"""The package that writes each table. Who wants a row changed calls a function of that package."""

TEMPORARY: Final = {"import_stage"}
TABLE_CLASSES: Final = {
    (mapper.class_.__module__, mapper.class_.__name__): mapper.class_.__tablename__ for mapper in SQLModel._sa_registry.mappers
}
"""Module and name of each table's class in SQLModel, with its table."""
_STATEMENT_CALLS: Final = {"insert", "update", "delete"}
_OBJECT_CALLS: Final = {"add", "add_all", "merge"}

_WRITE: Final = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE(?: TABLE)?|MERGE INTO)\s+(?:ONLY\s+)?([a-z_]+)\b")
_STATEMENT: Final = re.compile(
    r"\b(?:SELECT\s.*\bFROM|INSERT INTO|UPDATE\s+\w+.*\bSET|DELETE FROM|COPY\s.*\b(?:FROM|TO))\b", re.DOTALL
)


def writes(module: Module) -> Iterable[tuple[str, int]]:
    """The tables that a module writes, with the lines: in SQL, and through SQLModel."""
    for line, text in module.texts():
        for table in _WRITE.findall(text):
            if table in WRITERS:
                yield table, line
    classes = table_classes(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and called(node) in _STATEMENT_CALLS | _OBJECT_CALLS:
            for name in {each.id for argument in node.args for each in ast.walk(argument) if isinstance(each, ast.Name)}:
                if name in classes:
                    yield classes[name], node.lineno


def called(node: ast.Call) -> str:
    """The last part of the name of what is called: `add` of `session.add(...)`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def table_classes(module: Module) -> dict[str, str]:
    """The names by which a module knows classes of tables, with the tables: those that it imports, and its own."""
    known = {name: table for (where, name), table in TABLE_CLASSES.items() if where == module.name}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if table := TABLE_CLASSES.get((node.module or "", alias.name)):
                    known[alias.asname or alias.name] = table
    return known


def foreign_table_classes(found: Iterable[Module]) -> list[str]:
    """Classes of tables in the hands of a package that does not write the table. A change of an attribute would be a write."""
    return [
        f"{module.name} has the class of {table}"
        for module in found
        for table in sorted(set(table_classes(module).values()))
        if module.package != WRITERS[table]
    ]


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
    assert set(WRITERS) == written


def test_only_the_writer_of_a_table_has_its_class() -> None:
    assert foreign_table_classes(modules()) == []


def test_the_class_of_a_table_elsewhere_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.lifecycle.expire", "from core.users.models import Role, User")
    assert foreign_table_classes([stray]) == ["core.lifecycle.expire has the class of users"]


@pytest.mark.parametrize(
    "write",
    ["session.add(User(username='a'))", "session.execute(update(User).values(role='admin'))", "insert(User)", "delete(User)"],
)
def test_a_write_through_sqlmodel_outside_its_package_is_found(write: str, tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.lifecycle.expire", f"from core.users.models import User\n{write}")
    assert strays([stray]) == ["core.lifecycle.expire:2 writes users"]


def test_a_write_outside_its_package_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "core.lifecycle.expire", 'SQL = "UPDATE bookings SET next_at = now()"')
    assert strays([stray]) == ["core.lifecycle.expire:1 writes bookings"]


def test_the_edges_have_no_sql() -> None:
    assert statements_in_edges(modules()) == []


def test_sql_in_an_edge_is_found(tmp_path: Path) -> None:
    edge = module_of(tmp_path, "api.jobs", 'ASK = "SELECT id FROM bookings WHERE id = %s"')
    assert statements_in_edges([edge]) == ["api.jobs:1"]
