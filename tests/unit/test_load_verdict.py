"""The verdict of a load run, and whether a target of the bench is met."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.goals.goal import Figure, Row, median_ratio
from loadtests.verdict import ClientCounts, find_knee, judge

GOOD_RESULT: dict[str, Any] = {
    "accepted": 10, "pending": 0, "confirmed": 5, "held": 0, "failed": 5, "ended": 0, "polls_per_booking": 1.0, "inversions": 3,
    "oversold": 0, "lost": 0, "duplicated": 0, "charged_wrong": 0, "stages": [],
}  # fmt: skip


def test_a_run_without_violations_has_no_problem() -> None:
    assert judge(ClientCounts(10, 0), GOOD_RESULT, []).problems == []


@pytest.mark.parametrize(
    ("counts", "report", "violations"),
    [
        (ClientCounts(11, 0), GOOD_RESULT, []),
        (ClientCounts(10, 1), GOOD_RESULT, []),
        (ClientCounts(10, 0), GOOD_RESULT | {"pending": 1}, []),
        (ClientCounts(10, 0), GOOD_RESULT | {"oversold": 1}, []),
        (ClientCounts(10, 0), GOOD_RESULT | {"lost": 1}, []),
        (ClientCounts(10, 0), GOOD_RESULT | {"duplicated": 1}, []),
        (ClientCounts(10, 0), GOOD_RESULT | {"charged_wrong": 1}, []),
        (ClientCounts(10, 0), GOOD_RESULT, ["I1 seats counted: wrong"]),
        (ClientCounts(0, 0), None, []),
    ],
)
def test_whatever_was_broken_is_one_problem(counts: ClientCounts, report: dict[str, Any] | None, violations: list[str]) -> None:
    verdict = judge(counts, report, violations)
    assert len(verdict.problems) == 1
    assert verdict.lines()[-1] == f"VIOLATED {verdict.problems[0]}"


def test_the_knee_is_the_last_step_that_brought_more() -> None:
    steps = [(8, 100.0), (16, 190.0), (24, 270.0), (32, 275.0), (40, 260.0)]
    assert find_knee([{"users": users, "per_second": rate, "p95_ms": 1} for users, rate in steps]) == 24


def test_a_target_is_met_from_its_own_side() -> None:
    assert Figure("rate", 0.95, 0.95).is_met
    assert not Figure("rate", 0.94, 0.95).is_met
    assert not Figure("cost", 251, 250, at_least=False).is_met
    assert median_ratio([1, 4, 30], [2, 4, 3]) == 1


def test_a_run_that_violates_an_invariant_prints_no_figure() -> None:
    row = Row(1, "bookings", [Figure("rate", 20, 15)], violations=["I1 seats counted: wrong"])
    assert not row.is_met
    assert not any("20" in line for line in row.lines())
    assert row.as_data()["figures"] == []
