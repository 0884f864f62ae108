"""A database of the release before bookings had segments is migrated: travellers see no difference, and unfinished work continues."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import psycopg
import pytest
from alembic import command

from core.bookings.states import BookingStatus
from core.db import opened
from core.lifecycle import accept_schedule_change, pay
from core.migrations.upgrade import config, upgrade
from core.users.models import Role
from core.users.tokens import Principal
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support import servers
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.steps import Steps

FORMER: Final = Path(__file__).parent / "former_release"
REVISION: Final = "0006"
OF_CABINS: Final = ("cabin", "seat_numbers", "seats_change_until")
NEW_FIELDS: Final = ("sequence", "receipt", *OF_CABINS)
"""Columns and tables of the waiting line and of cabins."""
NOT_COMPARED: Final = ("queue_position", "eta_ms")
"""They change from moment to moment."""


@pytest.fixture
def former_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database of the former schema, with the data of the former release."""
    with servers.empty_database(postgres) as url:
        upgrade(url, REVISION)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((FORMER / "bookings.sql").read_bytes())
        yield url


@pytest.fixture
def migrated(former_url: str, redis_url: str, open_pipeline: PipelineFactory) -> Pipeline:
    upgrade(former_url)
    return open_pipeline(former_url, redis_url)


def violations(pipeline: Pipeline) -> list[str]:
    """Nobody reads the queue here, and some bookings wait for a worker."""
    return [each for each in pipeline.violations() if not each.startswith("I8") and not each.endswith("is still PENDING")]


def test_every_answer_is_the_same(migrated: Pipeline) -> None:
    recorded: dict[str, Any] = json.loads((FORMER / "answers.json").read_text())
    with migrated.db.snapshot() as connection:
        users = connection.execute("SELECT id, username, role FROM users").fetchall()
    signed_in = {str(user[0]): migrated.sign_in(Principal(user[0], user[1], Role(user[2]))) for user in users}
    api = migrated.api()
    with httpx.Client(base_url=api.base_url, timeout=30) as client:
        for request, (status, body) in recorded.items():
            user, path = request.split(" ")
            response = client.get(path, headers=signed_in[user].headers)
            if "?surname=" in path:  # a stranger sees less than in the former release
                seen = response.json()
                assert [seen["reference"], seen["status"], seen["seats"]] == [body["reference"], body["status"], body["seats"]]
                assert seen["passengers"] == ["Asha Rao"]
                assert [each["flight_number"] for each in seen["flights"]] == ["SQ-1"]
                continue
            assert [response.status_code, shortened(path, response)] == [status, body], request
            if "/jobs/" in path and body.get("booking"):
                same = client.get(path.replace("/jobs/", "/bookings/"), headers=signed_in[user].headers).json()
                assert without_new_fields(same) == body["booking"]
                reference = body["booking"]["reference"]
                assert client.get(f"/api/v1/bookings/by-reference/{reference}", headers=signed_in[user].headers).json() == same


def shortened(path: str, response: httpx.Response) -> dict[str, Any]:
    """As it was recorded."""
    body: dict[str, Any] = response.json()
    if response.status_code != httpx.codes.OK:
        return {"code": body["code"]}
    if path.startswith("/api/v1/bookings?"):
        return {"ids": [each["id"] for each in body["data"]], "next_cursor": body["next_cursor"]}
    return {name: without_new_fields(value) for name, value in body.items() if name not in (*NOT_COMPARED, *OF_CABINS)}


def without_new_fields(content: Any) -> Any:
    """Without what the former release did not know, and does not have of its bookings."""
    if isinstance(content, list):
        return [without_new_fields(each) for each in content]
    if not isinstance(content, dict):
        return content
    assert not any(content.get(name) for name in NEW_FIELDS)
    return {name: without_new_fields(value) for name, value in content.items() if name not in NEW_FIELDS}


def test_no_invariant_is_violated(migrated: Pipeline) -> None:
    assert violations(migrated) == []
    with migrated.db.snapshot() as connection:
        kinds = Counter(connection.execute("SELECT status, payment_mode FROM bookings").fetchall())
        flights = Counter(connection.execute("SELECT booking_id FROM booking_segments").fetchall())
    assert {status for status, _ in kinds} == {each.value for each in BookingStatus}, "the recording has bookings of every status"
    assert set(flights.values()) == {1, 2, 3}
    assert flights.keys() == {(each,) for each in ids(migrated, "SELECT id FROM bookings")}


def test_work_goes_on(migrated: Pipeline) -> None:
    steps = Steps(migrated)
    migrated.work(*ids(migrated, "SELECT id FROM bookings WHERE status = 'PENDING'"))
    for booking in ids(migrated, "SELECT booking_id FROM schedule_changes WHERE action IS NULL"):
        with migrated.db.transaction() as connection:
            accept_schedule_change.keep(connection, booking, None)
    unpaid = "SELECT b.id FROM bookings b WHERE status = 'HELD' AND payment_mode = 'hold' AND NOT EXISTS (SELECT FROM payments p WHERE p.booking_id = b.id)"
    for booking in ids(migrated, unpaid):
        with migrated.db.transaction() as connection:
            pay.pay(connection, booking, None, "tok_ok")
    for booking in ids(migrated, "SELECT id FROM bookings WHERE status = 'CONFIRMED'"):
        steps.cancel(booking)
    steps.audit()
    assert violations(migrated) == []
    assert ids(migrated, "SELECT id FROM bookings WHERE status IN ('PENDING', 'CONFIRMED')") == []


def test_the_way_back_brings_the_same_rows(former_url: str) -> None:
    before = rows(former_url)
    upgrade(former_url)
    downgrade(former_url)
    after = rows(former_url)
    assert before.keys() == after.keys()
    for table, held in before.items():
        assert after[table] == held, table


def downgrade(url: str) -> None:
    with opened(url, pool_size=1, application="test") as database, database.engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, REVISION)


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text that does not know the order of columns."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return {table: [row[0] for row in connection.execute(_rows_of(table).encode())] for (table,) in tables}


def _rows_of(table: str) -> str:
    # What happened to a booking was noted on the row of its first flight, and not always on the others.
    row = "CASE WHEN leg > 0 THEN to_jsonb(t) - '{timeline,updated_at,finished_at,hold_expires_at}'::text[] ELSE to_jsonb(t) END"
    return f"SELECT ({row if table == 'bookings' else 'to_jsonb(t)'})::text FROM {table} t ORDER BY 1"


def ids(pipeline: Pipeline, query: str) -> list[UUID]:
    with pipeline.db.snapshot() as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]
