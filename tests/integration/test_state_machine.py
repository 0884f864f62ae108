"""Everything that can happen to bookings, in random orders by hypothesis, on the real servers.

After each step the promises are checked, and every change of a status that Postgres saw must be an allowed move. At the end all that
was begun is brought to its end, and the ledger of the provider must agree with our tables.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.bookings.models import PaymentMode
from core.bookings.states import BEGINNINGS, TRANSITIONS
from core.lifecycle.reserve_in_redis import Reservations
from core.lifecycle.settle_payment import Claim
from tests.support.ledger import CallResult
from tests.support.steps import Steps
from tests.support.world import World, is_allowed

SOAK: Final = "SKYQUEUE_TEST_LIVES" in os.environ
LIVES: Final = int(os.environ.get("SKYQUEUE_TEST_LIVES", "40"))
"""How many sequences of events are tried. Without this variable they are the same in every run; a soak tries thousands of new ones."""
STEPS: Final = 40
DAY_MINUTES: Final = 24 * 60

travellers = st.integers(0, 3)
seats = st.integers(1, 3)
flights = st.integers(0, 2)
journeys = st.one_of(flights.map(lambda each: {each}), st.sets(flights, min_size=2))
modes = st.sampled_from([PaymentMode.HOLD, PaymentMode.TOKEN, PaymentMode.NONE])
results = st.sampled_from([CallResult.CAPTURED, *CallResult])

DISTURBANCES: Final[dict[str, Callable[[World], None]]] = {
    "workers catch up": World.deliver_everything,
    "Redis is flushed": World.flush_redis,
    "payments are swept": World.sweep_money,
    "jobs are worked": World.work_jobs,
    "bookings are given up": World.give_up,
}


class Life(RuleBasedStateMachine):
    """Four travellers and three small flights that follow each other. `world` is set by the test that runs this."""

    world: World

    bookings = Bundle("bookings")
    reservations = Bundle("reservations")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.age = 0

    @initialize(
        target=bookings, capacities=st.tuples(*[st.integers(1, 5)] * 3), full=st.tuples(*[st.one_of(modes, st.none())] * 3)
    )
    def begin(self, capacities: tuple[int, ...], full: tuple[PaymentMode | None, ...]) -> MultipleResults[UUID]:
        self.world.begin(capacities)
        return multiple(*[booking for where, mode in enumerate(full) if mode for booking in self.world.sell_out(where, mode)])

    @rule(target=bookings, who=travellers, where=journeys, n=seats, mode=modes, at_once=st.booleans())
    def book(self, who: int, where: set[int], n: int, mode: PaymentMode, at_once: bool) -> UUID | MultipleResults[UUID]:
        booking = self.world.accept(who, where, n, mode)
        if booking is None:
            return multiple()
        if at_once:
            self.world.deliver(booking)
        return booking

    @rule(target=bookings, where=flights, mode=modes)
    def take_what_is_left(self, where: int, mode: PaymentMode) -> MultipleResults[UUID]:
        return multiple(*self.world.sell_out(where, mode))

    @rule(target=bookings, who=travellers, where=journeys, n=seats, mode=modes)
    def give_up_and_replay(self, who: int, where: set[int], n: int, mode: PaymentMode) -> UUID | MultipleResults[UUID]:
        """One more booking waits, all that wait are given up, and all that ever were begin anew."""
        booking = self.world.accept(who, where, n, mode)
        self.world.replay()
        return booking or multiple()

    @rule(booking=bookings)
    def deliver_again(self, booking: UUID) -> None:
        self.world.deliver(booking)

    @rule(target=reservations, booking=bookings)
    def ask_redis(self, booking: UUID) -> Reservations | MultipleResults[Reservations]:
        return self.world.reserve_in_redis(booking) or multiple()

    @rule(reservations=reservations, dies=st.booleans())
    def settle(self, reservations: Reservations, dies: bool) -> None:
        self.world.settle(reservations, dies=dies)

    @rule(booking=bookings, result=results)
    def pay(self, booking: UUID, result: CallResult) -> None:
        self.world.pay(booking)
        if (claim := self.world.claim(booking)) is not None:
            self.world.settle_charge(claim, result)

    @rule(booking=bookings, rival=st.one_of(st.none(), flights))
    def pay_too_late(self, booking: UUID, rival: int | None) -> None:
        """The hold ends while the provider thinks, and perhaps somebody else takes the seats."""
        self.world.pay(booking)
        claim = self.world.claim(booking)
        self.world.end_hold(booking, DAY_MINUTES)
        if rival is not None:
            self.world.sell_out(rival, PaymentMode.NONE)
        if claim is not None:
            self.world.settle_charge(claim, CallResult.CAPTURED)

    @rule(target=claims, booking=bookings)
    def claim(self, booking: UUID) -> Claim | MultipleResults[Claim]:
        self.world.pay(booking)
        return self.world.claim(booking) or multiple()

    @rule(claim=claims, result=results)
    def finish_charge(self, claim: Claim, result: CallResult) -> None:
        """Late, or for the second time, or after the sweep has asked as well."""
        self.world.settle_charge(claim, result)

    @rule(claim=claims, again=st.booleans())
    def call_back(self, claim: Claim, again: bool) -> None:
        self.world.call_back(claim.charge.payment_id, again=again)

    @rule(booking=bookings, minutes_ago=st.sampled_from([1, DAY_MINUTES]))
    def end_hold(self, booking: UUID, minutes_ago: int) -> None:
        self.world.end_hold(booking, minutes_ago)

    @rule(booking=bookings)
    def cancel(self, booking: UUID) -> None:
        self.world.cancel(booking)

    @rule(target=bookings, who=travellers, where=flights, party=seats, partial=st.booleans())
    def join(self, who: int, where: int, party: int, partial: bool) -> MultipleResults[UUID]:
        """Whoever looks at the line may notice what was offered, and pay or cancel it like any booking."""
        self.world.join(who, where, party, accept_partial=partial)
        return multiple(*self.world.list_offers())

    @rule(who=travellers, where=flights)
    def leave(self, who: int, where: int) -> None:
        self.world.leave(who, where)

    @rule(where=flights, total=st.integers(1, 7))
    def resize(self, where: int, total: int) -> None:
        self.world.resize(where, total)

    @precondition(lambda self: self.age > STEPS // 3)
    @rule(where=flights, departs=st.booleans())
    def end_flight(self, where: int, departs: bool) -> None:
        if departs:
            self.world.depart(where)
        else:
            self.world.cancel_flight(where)

    @rule(what=st.sampled_from(sorted(DISTURBANCES)))
    def disturb(self, what: str) -> None:
        DISTURBANCES[what](self.world)

    @invariant()
    def promises_are_kept(self) -> None:
        self.age += 1
        assert self.world.violations() == []
        assert [each for each in self.world.transitions() if not is_allowed(each)] == []

    def teardown(self) -> None:
        """Let everything end, and compare the ledgers."""
        if self.age:
            self.world.finish()
            assert self.world.violations_at_rest() == []
            captured = set(self.world.ids("SELECT id FROM payments WHERE status = 'SUCCEEDED'"))
            assert captured == self.world.ledger.captured


@pytest.mark.variant
@pytest.mark.timeout(0 if SOAK else 300)
def test_no_invariant_is_violated_whatever_happens_in_whatever_order(steps: Steps) -> None:
    world = World(steps)
    run_state_machine_as_test(
        type("LifeHere", (Life,), {"world": world}),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not SOAK,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if SOAK else (Phase.generate,),
            report_multiple_bugs=False,
            database=None,
        ),
    )
    possible = {(None, begun) for begun in BEGINNINGS} | {(source, end) for source, ends in TRANSITIONS.items() for end in ends}
    assert world.transitions() == possible, "some transition was never made, so the examples prove too little"
