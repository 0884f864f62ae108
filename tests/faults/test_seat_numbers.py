"""Two travellers request one seat number at the same time, in different processes; and the same without the unique index (the control)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

import pytest

from core.bookings.errors import SeatTaken
from core.bookings.intake.requests import Accepted, BookingRequest, IntakeResult
from core.bookings.seat_numbers import changing, rows
from core.db.retry import again_after_deadlock
from core.seats.cabins.catalogue import CABINS
from tests.support.cabins import flight_with_cabin
from tests.support.intake import ANY_NUMBER, new_intake
from tests.support.pipeline import Pipeline

PICKS: Final = int(os.environ.get("SKYQUEUE_TEST_PICKS", "100000"))
"""Of the long contention."""
INTAKES: Final = 4
BATCH: Final = 50


def without_the_index(pipeline: Pipeline) -> None:
    with pipeline.db.transaction() as connection:
        connection.execute("DROP INDEX ux_seat_numbers_seat")


def numbers_taken_twice(pipeline: Pipeline) -> list[str]:
    return [each for each in pipeline.violations() if each.startswith("I13")]


def contend(pipeline: Pipeline, flight: UUID, cabin: str, picks: int) -> list[tuple[tuple[str, ...], IntakeResult]]:
    """So many requests, through several intakes at once, for seats that are drawn from few: what each asked for, and its answer."""
    rng = random.Random(picks)
    seats = sorted(CABINS[cabin].seats)
    # Batches that run at the same time are of other travellers, who would wait for each other before they reach the seats.
    owners = pipeline.accounts(2 * INTAKES * BATCH)
    requested_seats = [tuple(rng.sample(seats, rng.choice((1, 1, 2, 3)))) for _ in range(picks)]
    requests = [
        BookingRequest(owners[n % len(owners)].id, (flight,), len(wanted), allow_duplicate=True, seat_numbers=(wanted,))
        for n, wanted in enumerate(requested_seats)
    ]

    def send(part: Sequence[BookingRequest]) -> list[IntakeResult]:
        return new_intake(pipeline.db, hold_limit=ANY_NUMBER).accept(part)

    with ThreadPoolExecutor(INTAKES) as pool:
        parts = [requests[start : start + BATCH] for start in range(0, picks, BATCH)]
        responses = [response for part in pool.map(send, parts) for response in part]
    return list(zip(requested_seats, responses, strict=True))


def race(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> list[IntakeResult]:
    """Two intakes have both seen that a seat is free, before either takes it."""
    monkeypatch.setattr(rows, "read_taken", lambda *_: {})
    flight = flight_with_cabin(pipeline)
    return [
        new_intake(pipeline.db).accept([BookingRequest(each.id, (flight,), 1, seat_numbers=(("1A",),))])[0]
        for each in pipeline.accounts(2)
    ]


def test_of_two_who_saw_the_seat_free_one_gets_it(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = race(pipeline, monkeypatch)
    assert isinstance(first, Accepted)
    assert isinstance(second, SeatTaken)
    assert [seat["seat_number"] for seat in second.data["seats"]] == ["1A"]
    assert numbers_taken_twice(pipeline) == []


def test_without_the_index_both_get_it_and_the_checker_reports_it(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_index(pipeline)
    results = race(pipeline, monkeypatch)
    assert all(isinstance(result, Accepted) for result in results)
    (found,) = numbers_taken_twice(pipeline)
    assert "seat 1A of flight" in found
    assert "is picked 2 times" in found


def assert_each_seat_has_one_traveller(
    pipeline: Pipeline, flight: UUID, cabin: str, responses: Sequence[tuple[tuple[str, ...], IntakeResult]]
) -> None:
    won = [seats for seats, result in responses if isinstance(result, Accepted)]
    lost = [result for _, result in responses if not isinstance(result, Accepted)]
    assert all(isinstance(result, SeatTaken) for result in lost), {type(result) for result in lost}
    times = Counter(seat for seats in won for seat in seats)
    assert set(times.values()) == {1}
    with pipeline.db.snapshot() as connection:
        stored = rows.read_taken(connection, {flight})[flight]
    assert stored == set(times), "what is taken belongs to those who were accepted, and nobody else"
    assert numbers_taken_twice(pipeline) == []
    if len(responses) > 20 * CABINS[cabin].size:
        assert stored == CABINS[cabin].seats, "nobody keeps a seat whom the booking was refused"


def test_many_pick_few_seats_and_none_is_picked_twice(pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline, "AT72-72")
    assert_each_seat_has_one_traveller(pipeline, flight, "AT72-72", contend(pipeline, flight, "AT72-72", 1_500))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_hundred_thousand_picks_and_none_is_picked_twice(pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline, "B77W-354")
    assert_each_seat_has_one_traveller(pipeline, flight, "B77W-354", contend(pipeline, flight, "B77W-354", PICKS))


def test_travellers_who_swap_seats_all_the_time_never_share_one(pipeline: Pipeline) -> None:
    flight = flight_with_cabin(pipeline)
    owners = pipeline.accounts(3)
    bookings = pipeline.accept(
        *(
            BookingRequest(owner.id, (flight,), 1, seat_numbers=((seat,),))
            for owner, seat in zip(owners, ("1A", "2A", "3A"), strict=True)
        )
    )

    def wander(who: int) -> int:
        """Try one seat after the other. Returns how often somebody else had it."""
        refused = 0
        for turn in range(30):
            seat = f"{(who + turn) % 3 + 1}{'AC'[turn % 2]}"

            def move(seat: str = seat) -> None:
                with pipeline.db.transaction() as connection:
                    changing.change(connection, bookings[who], None, ((seat,),), user_id=owners[who].id)

            try:
                again_after_deadlock(move)
            except SeatTaken:
                refused += 1
        return refused

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(wander, range(3)))
    with pipeline.db.snapshot() as connection:
        assert [len(rows.read_of_booking(connection, booking)[0]) for booking in bookings] == [1, 1, 1]
    assert numbers_taken_twice(pipeline) == []
