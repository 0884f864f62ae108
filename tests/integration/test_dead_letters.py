"""Dead letters: found, replayed and discarded by an administrator, one at a time and all that match."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import dramatiq
import httpx
import pytest
from prometheus_client import REGISTRY

from api.operations import dead_letter_changes
from core import keys
from core.clock import new_id
from core.imports import orphans, reopening
from core.lifecycle import give_up as giving_up
from core.messaging.messages import Queue, ReserveBookings
from core.operations import dead_letters
from tests.support.api import problem
from tests.support.imports import ImportSteps, counts, csv_of, row
from tests.support.pipeline import Pipeline
from workers.imports import run
from workers.imports.protocol import Ending
from workers.sweeps import uploads

LETTERS = "/admin/dead-letters"


def give_up(pipeline: Pipeline, bookings: Sequence[UUID]) -> None:
    """As the sweep does after five attempts."""
    with pipeline.db.transaction() as connection:
        after = giving_up.give_up(connection, bookings)
    after.run(pipeline.context.redis, pipeline.context.dispatcher)


def bury_payload(pipeline: Pipeline, payload: bytes) -> None:
    with pipeline.db.transaction() as connection:
        dead_letters.store_payload(connection, Queue.BOOKINGS, payload, "DecodeError: no JSON")


def letters(admin: httpx.Client, **wanted: Any) -> list[dict[str, Any]]:
    response = admin.get(LETTERS, params=wanted)
    assert response.status_code == 200, response.text
    data: list[dict[str, Any]] = response.json()["data"]
    return data


def replay_all(admin: httpx.Client, *, preview: bool = False, **wanted: Any) -> dict[str, Any]:
    response = admin.post(f"{LETTERS}/replay", json={"filter": wanted, "preview": preview})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def messages(pipeline: Pipeline) -> int:
    return pipeline.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.BOOKINGS}")


# One


def test_a_booking_that_was_given_up_begins_anew_and_gets_its_seats(pipeline: Pipeline, admin: httpx.Client) -> None:
    flight = pipeline.flight(10)
    (booking,) = pipeline.accept_many(1, flight, seats=2)
    pipeline.reserve_and_stop(booking)
    give_up(pipeline, [booking])
    assert pipeline.seats(flight) == (0, 0, 10)

    (letter,) = letters(admin)
    assert (letter["kind"], letter["subject_id"], letter["status"]) == ("booking", str(booking), "open")
    replayed = admin.post(f"{LETTERS}/{letter['id']}/replay").json()
    assert (replayed["status"], replayed["replayed_at"] is not None) == ("replayed", True)
    assert pipeline.endings([booking]) == {"PENDING": 1}
    assert messages(pipeline) == 1

    pipeline.work(booking)
    assert pipeline.endings([booking]) == {"CONFIRMED": 1}
    assert pipeline.seats(flight) == (0, 2, 8)
    job = admin.get(f"/api/v1/jobs/{booking}").json()
    assert (job["failure"], [stage["stage"] for stage in job["timeline"]][:3]) == (None, ["accepted", "failed", "replayed"])
    assert letters(admin) == []
    assert [each["id"] for each in letters(admin, status="replayed")] == [letter["id"]]
    pipeline.redis.flushdb()
    assert pipeline.violations([booking]) == []


def test_a_booking_is_replayed_once(pipeline: Pipeline, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    give_up(pipeline, [booking])
    (letter,) = letters(admin)
    assert admin.post(f"{LETTERS}/{letter['id']}/replay").status_code == 200
    again = admin.post(f"{LETTERS}/{letter['id']}/replay")
    assert problem(again, 409, "dead_letter_closed")["letter_status"] == "replayed"
    assert messages(pipeline) == 1


def test_what_has_moved_on_is_not_replayed(pipeline: Pipeline, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    give_up(pipeline, [booking])
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE bookings SET failure_code = 'sold_out'")
    (letter,) = letters(admin)
    problem(admin.post(f"{LETTERS}/{letter['id']}/replay"), 409, "not_replayable")
    assert replay_all(admin)["count"] == 0
    assert len(letters(admin)) == 1


def test_a_message_that_can_be_read_by_now_returns_to_its_queue(pipeline: Pipeline, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=Queue.BOOKINGS,
        actor_name=ReserveBookings.actor,
        args=([str(booking)],),
        kwargs={},
        options={"redis_message_id": str(uuid4())},
    )
    bury_payload(pipeline, b"{not json \xff\x00")
    bury_payload(pipeline, message.encode())
    garbage, readable = sorted(letters(admin, kind="message"), key=lambda each: not each["payload"].startswith("{not"))
    assert garbage["payload"] == "{not json \\377\\000"
    problem(admin.post(f"{LETTERS}/{garbage['id']}/replay"), 409, "not_replayable")
    assert replay_all(admin, preview=True)["count"] == 1
    assert admin.post(f"{LETTERS}/{readable['id']}/replay").status_code == 200
    assert messages(pipeline) == 1


def test_a_refused_refund_is_sent_again_by_a_replay(pipeline: Pipeline, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    refund, payment = new_id(), new_id()
    with pipeline.db.transaction() as connection:
        connection.execute(
            "INSERT INTO payments (id, booking_id, token, amount, currency, status) VALUES (%s, %s, 'tok_ok', 7500, 'INR', 'SUCCEEDED')",
            (payment, booking),
        )
        connection.execute(
            """
            INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status, attempts)
            VALUES (%s, %s, %s, 7500, 'INR', 'cancelled', 'FAILED', 3)
            """,
            (refund, payment, booking),
        )
        dead_letters.store_refunds(connection, [refund], "The payment provider refuses this refund.")
    (letter,) = letters(admin, kind="refund")
    assert admin.post(f"{LETTERS}/{letter['id']}/replay").status_code == 200
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT status, attempts, next_at > now() FROM refunds").fetchall() == [("PENDING", 0, True)]
    assert pipeline.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.PAYMENTS}") == 1


def test_an_import_that_was_given_up_goes_on_where_it_stopped(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE imports SET attempts = %s", (run.LAST_ATTEMPT,))
    assert import_steps.work(job) is Ending.FAILED
    with import_steps.db.transaction() as connection:
        dead_letters.store_import(connection, job, "The import failed; its row says why.")
    monkeypatch.setattr(orphans, "YOUNG", timedelta(0))
    assert uploads.delete_orphans(import_steps.db, import_steps.storage) == []

    (letter,) = letters(import_steps.admin, kind="import")
    assert import_steps.admin.post(f"{LETTERS}/{letter['id']}/replay").status_code == 200
    assert import_steps.work(job) is Ending.COMPLETED
    assert counts(import_steps.status(job))["created"] == 1


def test_an_import_is_not_replayed_beside_the_same_file(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE imports SET attempts = %s", (run.LAST_ATTEMPT,))
    import_steps.work(job)
    with import_steps.db.transaction() as connection:
        dead_letters.store_import(connection, job, "The import failed; its row says why.")
    import_steps.send(csv_of([row(1)]))
    (letter,) = letters(import_steps.admin, kind="import")
    problem(import_steps.admin.post(f"{LETTERS}/{letter['id']}/replay"), 409, "not_replayable")
    # Also when the other file arrives between the look and the change.
    monkeypatch.setattr(reopening, "find_given_up", lambda _, import_ids: list(import_ids))
    problem(import_steps.admin.post(f"{LETTERS}/{letter['id']}/replay"), 409, "not_replayable")


@pytest.mark.parametrize("other", [{"match": "day"}, {"mode": "create"}, {"dry_run": True}, {"times": "utc"}])
def test_an_import_of_the_same_file_in_another_way_does_not_prevent_a_replay(
    import_steps: ImportSteps, other: dict[str, object]
) -> None:
    job = import_steps.send(csv_of([row(1)]))
    with import_steps.db.transaction() as connection:
        connection.execute("UPDATE imports SET attempts = %s", (run.LAST_ATTEMPT,))
    import_steps.work(job)
    with import_steps.db.transaction() as connection:
        dead_letters.store_import(connection, job, "The import failed; its row says why.")
    import_steps.send(csv_of([row(1)]), **other)
    (letter,) = letters(import_steps.admin, kind="import")
    assert import_steps.admin.post(f"{LETTERS}/{letter['id']}/replay").status_code == 200


def test_discarding_closes_a_letter_and_a_discarded_one_may_still_be_replayed(pipeline: Pipeline, admin: httpx.Client) -> None:
    (booking,) = pipeline.accept_many(1, pipeline.flight(10))
    give_up(pipeline, [booking])
    (letter,) = letters(admin)
    assert admin.post(f"{LETTERS}/{letter['id']}/discard").json()["status"] == "discarded"
    assert letters(admin) == []
    assert pipeline.endings([booking]) == {"internal": 1}
    problem(admin.post(f"{LETTERS}/{letter['id']}/discard"), 409, "dead_letter_closed")
    assert replay_all(admin, status="discarded")["count"] == 1
    assert pipeline.endings([booking]) == {"PENDING": 1}


# Many


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letter_changes, "SLICE", 7)


def test_all_that_match_are_replayed_as_the_preview_said_and_none_twice(
    pipeline: Pipeline, admin: httpx.Client, small_slices: None
) -> None:
    flight = pipeline.flight(100)
    bookings = pipeline.accept_many(60, flight)
    give_up(pipeline, bookings)
    bury_payload(pipeline, b"{not json")
    preview = replay_all(admin, preview=True, kind="booking")
    assert (preview["count"], preview["more"]) == (60, False)
    assert pipeline.endings(bookings) == {"internal": 60}

    # What is buried after the preview is none of what was meant.
    (late,) = pipeline.accept_many(1, flight)
    give_up(pipeline, [late])
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: replay_all(admin, kind="booking", up_to=preview["up_to"]), range(4)))
    assert sum(each["count"] for each in rounds) == 60
    assert pipeline.endings([*bookings, late]) == {"PENDING": 60, "internal": 1}
    with pipeline.db.snapshot() as connection:
        doubled = "SELECT count(*) FROM bookings WHERE jsonb_array_length(jsonb_path_query_array(timeline, '$[*] ? (@.stage == \"replayed\")')) > 1"
        assert connection.execute(doubled).fetchone() == (0,)
    pipeline.work(*bookings)
    assert pipeline.seats(flight) == (0, 60, 40)
    assert {each["subject_id"] for each in letters(admin, kind="booking")} == {str(late)}


def test_the_filter_means_what_it_says(pipeline: Pipeline, admin: httpx.Client, small_slices: None) -> None:
    give_up(pipeline, pipeline.accept_many(3, pipeline.flight(10)))
    bury_payload(pipeline, b"{not json")
    assert len(letters(admin, q="FAILED 5")) == 3
    assert len(letters(admin, q="decodeerror")) == 1
    assert letters(admin, queue="payments") == []
    page = admin.get(LETTERS, params={"limit": 3}).json()
    rest = admin.get(LETTERS, params={"limit": 3, "cursor": page["next_cursor"]}).json()
    assert (len(page["data"]), len(rest["data"]), rest["next_cursor"]) == (3, 1, None)
    response = admin.post(f"{LETTERS}/discard", json={"filter": {"kind": "message"}}).json()
    assert response["count"] == 1
    assert {each["kind"] for each in letters(admin)} == {"booking"}


def test_every_change_is_in_the_audit_log(pipeline: Pipeline, admin: httpx.Client, small_slices: None) -> None:
    give_up(pipeline, pipeline.accept_many(10, pipeline.flight(10)))
    newest = letters(admin)[0]
    admin.post(f"{LETTERS}/{newest['id']}/discard")
    replay_all(admin, kind="booking")
    entries = admin.get("/admin/audit", params={"entity": "dead_letter"}).json()["data"]
    assert [(each["action"], each["after"].get("count")) for each in entries] == [
        ("dead_letter.replayed", 2),
        ("dead_letter.replayed", 7),
        ("dead_letter.discarded", None),
    ]
    assert len({each["entity_id"] for each in entries[:2]}) == 1
    me = admin.get("/api/v1/auth/me").json()["id"]
    assert {each["user_id"] for each in entries} == {me}


def test_invalid_requests_are_refused(admin: httpx.Client, traveller: httpx.Client) -> None:
    problem(admin.post(f"{LETTERS}/{new_id()}/replay"), 404, "dead_letter_not_found")
    problem(admin.post(f"{LETTERS}/{new_id()}/discard"), 404, "dead_letter_not_found")
    problem(admin.post(f"{LETTERS}/replay", json={}), 422, "validation")
    problem(admin.post(f"{LETTERS}/discard", json={"filter": {"status": "discarded"}}), 422, "validation")
    problem(admin.get(LETTERS, params={"kind": "nonsense"}), 422, "validation")
    for response in (
        traveller.get(LETTERS),
        traveller.post(f"{LETTERS}/replay", json={"filter": {}}),
        traveller.post(f"{LETTERS}/{new_id()}/discard"),
    ):
        problem(response, 403, "forbidden")


# Burial


def test_a_burial_is_counted(pipeline: Pipeline) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("skyqueue_dead_letters_total", {"kind": "booking"}) or 0.0

    before = counted()
    give_up(pipeline, pipeline.accept_many(2, pipeline.flight(10)))
    assert counted() == before + 2
