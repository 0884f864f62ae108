"""Only an edge opens a transaction: the core is given a connection."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.architecture.source import Module, modules

OPENERS: Final = frozenset({"commit", "session_lock", "snapshot", "transaction", "unit_of_work"})
ALLOWED: Final = ("core.db.pool", "core.migrations")
"""What the edges open transactions with; and the migrations, which are run by a command alone."""


def openings(found: Iterable[Module]) -> list[str]:
    """Where the core opens a transaction, or knows the object that opens one."""
    strays = []
    for module in found:
        if not module.name.startswith("core.") or module.name.startswith(ALLOWED):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPENERS:
                strays.append(f"{module.name}:{node.lineno} calls {node.func.attr}")
            if isinstance(node, ast.ImportFrom) and node.module == "core.db":
                strays += [f"{module.name}:{node.lineno} imports Database" for each in node.names if each.name == "Database"]
    return strays


def test_the_core_opens_no_transaction() -> None:
    assert openings(modules()) == []


def test_a_transaction_in_the_core_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("from core.db import Database\n\ndef work(db: Database) -> None:\n    with db.transaction():\n        pass\n")
    module = Module("core.lifecycle.expire", path)
    assert openings([module]) == ["core.lifecycle.expire:1 imports Database", "core.lifecycle.expire:4 calls transaction"]
