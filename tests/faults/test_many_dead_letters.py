"""100,000 dead letters: an exact preview, and all are replayed by a filter, none twice. Prints how long it took."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

import httpx
import pytest

from core.lifecycle import give_up
from tests.support.pipeline import Pipeline

LETTERS: Final = 100_000
SLICE: Final = 5_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def given_up(pipeline: Pipeline) -> list[UUID]:
    """So many bookings that were given up, as the sweep does it, but for a line in the log for each."""
    flight = pipeline.flight(32_000)
    bookings: list[UUID] = []
    while len(bookings) < LETTERS:
        accepted = pipeline.accept_many(SLICE, flight)
        with pipeline.db.transaction() as connection:
            connection.execute("SET LOCAL statement_timeout = '60s'")
            give_up.give_up(connection, accepted)  # what follows it in Redis is no part of this
        bookings += accepted
    return bookings


def test_a_hundred_thousand_dead_letters_are_replayed_as_previewed_and_none_twice(
    pipeline: Pipeline, admin: httpx.Client
) -> None:
    given_up(pipeline)
    admin.timeout = httpx.Timeout(300)

    def ask(*, preview: bool) -> tuple[int, float]:
        began_at = time.monotonic()
        response = admin.post("/admin/dead-letters/replay", json={"filter": {"kind": "booking"}, "preview": preview})
        assert response.status_code == httpx.codes.OK, response.text
        return response.json()["count"], time.monotonic() - began_at

    previewed, preview_seconds = ask(preview=True)
    replayed, seconds = ask(preview=False)
    again, _ = ask(preview=False)
    print(f"\n{LETTERS} dead letters: preview {preview_seconds:.1f} s, replay {seconds:.1f} s")
    assert (previewed, replayed, again) == (LETTERS, LETTERS, 0)
    with pipeline.db.snapshot() as connection:
        replays = "jsonb_array_length(jsonb_path_query_array(timeline, '$[*] ? (@.stage == \"replayed\")'))"
        counted = connection.execute(f"SELECT {replays}, count(*) FROM bookings GROUP BY 1".encode()).fetchall()
    assert counted == [(1, LETTERS)]
