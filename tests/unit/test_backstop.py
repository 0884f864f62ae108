"""Waiting requests read their job from time to time, and all of them together not too often."""

from __future__ import annotations

from api.live.job_reader import BACKSTOP_SECONDS, LOOKS_PER_SECOND, backstop_seconds


def test_a_few_look_every_second() -> None:
    assert backstop_seconds(1, chance=lambda: 0.5) == BACKSTOP_SECONDS
    assert backstop_seconds(1, chance=lambda: 0.0) < BACKSTOP_SECONDS < backstop_seconds(1, chance=lambda: 1.0)


def test_thousands_together_look_no_more_often_than_they_may() -> None:
    for waiting in (1_000, 5_000, 20_000):
        assert waiting / backstop_seconds(waiting, chance=lambda: 0.5) <= LOOKS_PER_SECOND
