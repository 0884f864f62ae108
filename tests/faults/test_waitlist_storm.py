"""A sold-out flight with a long waiting list: cancellations, joins, leaves and bookings at the same time, while an API process is killed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from random import Random
from uuid import UUID

import httpx

from core.bookings.models import PaymentMode
from core.lifecycle import expire
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.signed_in_user import SignedInUser
from tests.support.steps import Steps
from tests.support.waiting import until

SEATS = 24
PARTIES = 30


def test_freed_seats_are_offered_once_whatever_happens_at_the_same_time(pipeline: Pipeline) -> None:
    rng = Random(11)
    flight = pipeline.flight(SEATS)
    owners, waiting, buyers = pipeline.accounts(SEATS), pipeline.accounts(PARTIES), pipeline.accounts(10)
    steps = Steps(pipeline)
    booked = [(owner, steps.book(owner.id, flight)) for owner in owners]
    pipeline.worker()
    api = pipeline.api()
    line = f"/api/v1/flights/{flight}/waitlist"
    book = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
    acts: list[tuple[SignedInUser, str, str, dict[str, object] | None]] = []
    for traveller in waiting:
        acts.append((traveller, "POST", line, {"party_size": rng.randint(1, 4), "accept_partial": rng.random() < 0.3}))
    acts += [(owner, "DELETE", f"/api/v1/bookings/{booking}", None) for owner, booking in booked]
    acts += [(traveller, "DELETE", line, None) for traveller in waiting[::5]]
    acts += [(buyer, "POST", "/api/v1/booking", book) for buyer in buyers]
    rng.shuffle(acts)

    statuses = rush(api, acts, dies_after=len(acts) // 2)

    assert {each for each in statuses if each >= 500 and each != 503} == set()
    # What was lost with the process is asked for again, as its client would.
    for owner, booking in booked:
        if pipeline.endings([booking]) == {"CONFIRMED": 1}:
            assert call(api, (owner, "DELETE", f"/api/v1/bookings/{booking}", None)) in (200, 409)
    pipeline.await_the_end()
    steps.audit()
    pipeline.assert_clean()
    assert pipeline.endings([booking for _, booking in booked]) == {"CANCELLED": SEATS}
    assert no_two_offers(pipeline)


def rush(api: Api, acts: Sequence[tuple[SignedInUser, str, str, dict[str, object] | None]], *, dies_after: int) -> list[int]:
    """All of it from eight clients at once; the API is killed in the middle, and started again. Returns the statuses, 0 for none."""
    left, statuses, lock = list(acts), list[int](), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not left:
                    return
                act = left.pop()
            status = call(api, act)
            with lock:
                statuses.append(status)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: len(left) <= dies_after, seconds=60, every=0.002)
    api.kill()
    api.start()
    for thread in threads:
        thread.join()
    return statuses


def call(api: Api, act: tuple[SignedInUser, str, str, dict[str, object] | None]) -> int:
    account, method, path, body = act
    try:
        return httpx.request(method, f"{api.base_url}{path}", headers=account.headers, json=body, timeout=20).status_code
    except httpx.TransportError:
        return 0


def no_two_offers(pipeline: Pipeline) -> bool:
    """Every place in line led to one booking at most, and every offer has a place."""
    with pipeline.db.snapshot() as connection:
        offers = connection.execute("SELECT id FROM bookings WHERE payment_mode = 'hold'").fetchall()
        places = connection.execute("SELECT booking_id FROM waitlist WHERE booking_id IS NOT NULL").fetchall()
    return sorted(offers) == sorted(places) and len(set(places)) == len(places)


def test_a_worker_that_crashes_after_freeing_seats_has_offered_them(pipeline: Pipeline) -> None:
    """The sweep ends a hold and crashes after the commit: the offer is valid, and Redis is corrected later."""
    steps = Steps(pipeline)
    flight = pipeline.flight(1)
    holder, first, second = (account.id for account in pipeline.accounts(3))
    hold: UUID = steps.book(holder, flight, 1, PaymentMode.HOLD)
    steps.join(flight, first)
    steps.join(flight, second)
    steps.execute("UPDATE bookings SET hold_expires_at = now(), next_at = now() WHERE id = %s", hold)
    with steps.context.db.transaction() as connection:
        expire.end_overdue(connection, [hold], hold_minutes=15)
    # No effect is carried out: as if the process was killed after the commit.
    offer = steps.place(flight, first).offer
    assert offer is not None
    assert steps.status(steps.book(pipeline.account().id, flight)) == "FAILED"
    pipeline.worker()
    steps.execute("UPDATE bookings SET hold_expires_at = now(), next_at = now() WHERE id = %s", offer.booking_id)
    until(lambda: steps.place(flight, second).offer is not None)
    steps.audit()
    pipeline.assert_clean()
