"""Compare two installations in turns, to measure what a feature costs that only one of them has."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass

from core.invariants import checker
from loadtests.bench.bookings import CLIENTS, SEATS, TRAVELLERS, measure_bookings
from loadtests.bench.installation.stack import Stack
from loadtests.goals.processor_time import measure_processor_time


@dataclass(frozen=True, slots=True)
class Round:
    """`microseconds`: of the processor, for each booking, in all servers together."""

    per_second: float
    microseconds: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, {self.microseconds:,.0f} us"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rate` and `cost`: with the feature / without it, medians of the rounds. `violations`: broken invariants of both."""

    rate: float
    cost: float
    violations: list[str]


def compare(without_feature: Stack, with_feature: Stack, *, rounds: int) -> Comparison:
    """Book in turns, another traveller for each booking, and print every round."""
    sides = [(stack, stack.travellers(TRAVELLERS)) for stack in (without_feature, with_feature)]
    for stack, tokens in sides:
        measure_bookings(stack, tokens, stack.flight(SEATS))  # warm-up
    measured: list[tuple[Round, Round]] = []
    for number in range(1, rounds + 1):
        off, on = (_round(stack, tokens) for stack, tokens in sides)
        measured.append((off, on))
        print(f"round {number}: off {off}   on {on}", flush=True)
    comparison = Comparison(
        statistics.median(on.per_second / off.per_second for off, on in measured),
        statistics.median(on.microseconds / off.microseconds for off, on in measured),
        [each for stack, _ in sides for each in _violations(stack)],
    )
    print(
        f"rate {comparison.rate:.3f}, processor time {comparison.cost:.3f} of what it is without the feature; {CLIENTS} clients"
    )
    print(json.dumps({"rounds": [[asdict(side) for side in pair] for pair in measured], **asdict(comparison)}))
    return comparison


def _round(stack: Stack, tokens: list[str]) -> Round:
    with measure_processor_time(stack) as processor_time:
        booked = measure_bookings(stack, tokens, stack.flight(SEATS))
    return Round(booked.per_second, processor_time.microseconds(booked.confirmed)["sum"])


def _violations(stack: Stack) -> list[str]:
    with stack.connect() as connection, stack.redis() as client:
        return [str(each) for each in checker.check(connection, client)]
