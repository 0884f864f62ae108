"""The bulkhead and the circuit breaker, which keep the payments of one flight from delaying those of others."""

from __future__ import annotations

import random

import pytest

from core.payments.breaker import MIN_CALLS, PROBES, ROUND_SECONDS, WINDOW_SECONDS, CircuitBreaker
from tests.support.manual_clock import ManualClock
from workers.bulkhead import Bulkhead


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> CircuitBreaker:
    return CircuitBreaker(clock)


def fail(breaker: CircuitBreaker, flights: int, times: int = 1) -> None:
    for _ in range(times):
        for flight in range(flights):
            breaker.record(flight, answered=False)


def test_failures_of_several_flights_open_it(breaker: CircuitBreaker) -> None:
    fail(breaker, flights=MIN_CALLS)
    assert breaker.is_open
    assert not breaker.allows("any")


def test_one_flight_alone_never_opens_it(breaker: CircuitBreaker) -> None:
    fail(breaker, flights=1, times=100)
    assert not breaker.is_open


def test_a_flight_that_hangs_is_outvoted_by_those_that_do_not(breaker: CircuitBreaker) -> None:
    for flight in range(3):
        breaker.record(flight, answered=True)
    for _ in range(100):
        breaker.record("hanging", answered=False)
    assert not breaker.is_open


@pytest.mark.parametrize(("failures", "opens"), [(5, False), (10, True)])
def test_it_judges_by_the_rate_and_not_by_failures_in_a_row(breaker: CircuitBreaker, failures: int, opens: bool) -> None:
    for _ in range(10):
        for flight in range(4):
            breaker.record(flight, answered=True)
    fail(breaker, flights=4, times=failures)
    assert breaker.is_open == opens


def test_old_failures_do_not_count(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, flights=MIN_CALLS - 1)
    clock.now += WINDOW_SECONDS + 1
    fail(breaker, flights=MIN_CALLS - 1)
    assert not breaker.is_open


def test_while_open_a_few_probes_go_through_in_each_round(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, flights=MIN_CALLS)
    for _ in range(2):
        clock.now += ROUND_SECONDS
        assert [breaker.allows(flight) for flight in range(PROBES + 1)] == [True] * PROBES + [False]
        assert not breaker.allows(0)


def test_the_first_probe_that_is_answered_closes_it(breaker: CircuitBreaker, clock: ManualClock) -> None:
    fail(breaker, flights=MIN_CALLS)
    clock.now += ROUND_SECONDS
    breaker.record(0, answered=False)
    assert not breaker.allows(100) or not breaker.allows(100)
    breaker.record(1, answered=True)
    assert all(breaker.allows(flight) for flight in range(100))


def test_a_full_lane_holds_up_only_itself() -> None:
    flights: Bulkhead[str, int] = Bulkhead(width=2, total=10, depth=100)
    for item in range(20):
        assert flights.put("hanging", item)
    assert flights.put("other", 100)
    started = [flights.take() for _ in range(4)]
    assert started[3] is None
    assert {taken for taken in started if taken} == {("hanging", 0), ("hanging", 1), ("other", 100)}


def test_what_is_here_already_is_not_queued_again() -> None:
    flights: Bulkhead[str, int] = Bulkhead(width=1, total=1, depth=10)
    assert flights.put("a", 1)
    assert not flights.put("a", 1)
    assert flights.take() == ("a", 1)
    assert not flights.put("a", 1)
    flights.vacate("a")
    assert not flights.put("a", 1)
    flights.done(1)
    assert flights.put("a", 1)


def test_an_item_whose_call_has_ended_frees_its_place_and_counts_until_it_is_done() -> None:
    flights: Bulkhead[str, int] = Bulkhead(width=1, total=2, depth=10)
    for item in range(3):
        assert flights.put("a", item)
    assert flights.take() == ("a", 0)
    assert flights.take() is None
    flights.vacate("a")
    assert flights.take() == ("a", 1)
    flights.vacate("a")
    assert flights.take() is None
    flights.done(0)
    assert flights.take() == ("a", 2)


@pytest.mark.parametrize("seed", range(50))
def test_lanes_are_what_a_simple_model_says(seed: int) -> None:
    chance = random.Random(seed)
    width, total, depth = chance.randint(1, 3), chance.randint(1, 6), chance.randint(1, 5)
    flights: Bulkhead[int, int] = Bulkhead(width=width, total=total, depth=depth)
    waiting: dict[int, list[int]] = {flight: [] for flight in range(5)}
    calling: list[tuple[int, int]] = []
    settling: list[int] = []
    for item in range(300):
        match chance.choice(("put", "put", "take", "vacate", "done")):
            case "put":
                flight = chance.randrange(5)
                queued = flights.put(flight, item)
                assert queued == (len(waiting[flight]) < depth)
                if queued:
                    waiting[flight].append(item)
            case "take":
                crowded = {flight for flight in waiting if sum(1 for other, _ in calling if other == flight) >= width}
                has_room = len(calling) + len(settling) < total
                possible = any(queue for flight, queue in waiting.items() if flight not in crowded) and has_room
                taken = flights.take()
                assert (taken is not None) == possible
                if taken is not None:
                    assert waiting[taken[0]].pop(0) == taken[1]
                    calling.append(taken)
            case "vacate":
                if calling:
                    flight, called = calling.pop(chance.randrange(len(calling)))
                    flights.vacate(flight)
                    settling.append(called)
            case _:
                if settling:
                    flights.done(settling.pop(chance.randrange(len(settling))))
    assert flights.in_flight == len(calling) + len(settling)
    assert flights.waiting == sum(map(len, waiting.values()))
