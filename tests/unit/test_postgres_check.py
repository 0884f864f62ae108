"""When Postgres is reported as slow."""

from __future__ import annotations

from typing import Any, cast

import pytest

from api.http.database import WatchedDatabase
from api.readiness import postgres
from api.readiness.codes import Code
from api.readiness.connection import CheckConnection
from api.readiness.postgres import PostgresCheck
from core.migrations.revisions import newest_revision


class Answering:
    async def fetch(self, _: str) -> list[tuple[Any, ...]]:
        return [(newest_revision(), False)]


class DatabaseThatAnswers:
    hangs = False


@pytest.mark.anyio
@pytest.mark.parametrize(("limit", "expected"), [(-1.0, [[], [], [Code.POSTGRES_SLOW]]), (60.0, [[], [], []])])
async def test_three_slow_checks_in_a_row_are_a_slow_postgres(
    monkeypatch: pytest.MonkeyPatch, limit: float, expected: list[list[Code]]
) -> None:
    monkeypatch.setattr(postgres, "SLOW_SECONDS", limit)
    check = PostgresCheck(cast("WatchedDatabase", DatabaseThatAnswers()), cast("CheckConnection", Answering()))
    assert [[finding.code for finding in await check.run()] for _ in range(3)] == expected
