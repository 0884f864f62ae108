"""A LIMIT in a statement that changes rows is kept, whatever plan Postgres chooses.

In `UPDATE ... FROM (SELECT ... LIMIT 5 FOR UPDATE SKIP LOCKED)` Postgres may read the subquery once for each row of the table, as the inner
side of a nested loop. Each time it skips the rows that the statement has changed already, so five others are found, and the statement
changes more than five rows. A subquery in `WITH ... AS MATERIALIZED` is read once.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import modules

_LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b")
_CHANGES = re.compile(r"\b(UPDATE|DELETE FROM|INSERT INTO)\b")
_LIMIT = re.compile(r"\bLIMIT\b")
_MEANT = re.compile(r"(\bAS MATERIALIZED|[<>=]|\bLATERAL)\s*$")
"""What stands before a subquery that is read once (the words for it, or a comparison with its single value), or for each row on purpose."""


def _with_repeated_limit(sql: str) -> list[str]:
    """The subqueries with a LIMIT of their own which a statement that changes rows may read more than once."""
    statement = _LOCKS.sub("FOR LOCK", sql)
    if not _CHANGES.search(statement):
        return []
    found, opened = [], []
    for at, character in enumerate(statement):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            begin = opened.pop()
            own = re.sub(r"\([^()]*\)", "", statement[begin + 1 : at])
            if _LIMIT.search(own) and not _MEANT.search(statement[:begin]):
                found.append(statement[begin : at + 1])
    return found


def _statements(tree: ast.Module) -> list[str]:
    """Every string; of an f-string the parts that do not change, with a name in the place of the others."""
    whole = [
        "".join(str(part.value) if isinstance(part, ast.Constant) else "inserted" for part in node.values)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    return whole + [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_a_statement_that_changes_rows_reads_a_limited_subquery_once() -> None:
    found = [
        f"{module.path}: {subquery}"
        for module in modules()
        for statement in _statements(module.tree)
        for subquery in _with_repeated_limit(statement)
    ]
    assert found == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE a SET b = 1 FROM (SELECT id FROM a ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED) AS due WHERE a.id = due.id",
        "DELETE FROM a WHERE id IN (SELECT id FROM a WHERE c = coalesce(d, 1) LIMIT %s)",
        "WITH due AS (SELECT id FROM a LIMIT %s FOR UPDATE) DELETE FROM a WHERE id IN (SELECT id FROM due)",
    ],
)
def test_such_a_subquery_is_found(sql: str) -> None:
    assert len(_with_repeated_limit(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "WITH due AS MATERIALIZED (SELECT id FROM a LIMIT %s FOR UPDATE) DELETE FROM a WHERE id IN (SELECT id FROM due)",
        "DELETE FROM a WHERE id <= (SELECT id FROM a ORDER BY id DESC LIMIT 1)",
        "INSERT INTO a SELECT b.id, c.id FROM b JOIN LATERAL (SELECT id FROM c WHERE c.b = b.id LIMIT 1) AS c ON true",
        "SELECT * FROM (SELECT id FROM a LIMIT 5 FOR UPDATE) AS first",
    ],
)
def test_others_are_not(sql: str) -> None:
    assert _with_repeated_limit(sql) == []
