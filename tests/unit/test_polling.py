"""The header `Retry-After` for clients that poll a job."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from api.http.polling import retry_after_header


@pytest.mark.parametrize(("expected", "header"), [(None, "1"), (0.0, "1"), (0.4, "1"), (1.0, "1"), (5.0, "5"), (60.0, "10")])
def test_retry_after_is_the_expected_time_of_the_work(expected: float | None, header: str) -> None:
    assert retry_after_header(expected, chance=lambda: 0.5) == header


def test_retry_after_is_spread_around_the_expected_wait() -> None:
    chance = random.Random(7).random
    header = Counter(int(retry_after_header(5.0, chance=chance)) for _ in range(10_000))

    assert set(header) == {4, 5, 6}
    assert min(header.values()) > 1_500
    assert sum(seconds * clients for seconds, clients in header.items()) / 10_000 == pytest.approx(5.0, abs=0.05)


def test_without_chance_all_of_them_would_come_back_in_the_same_second() -> None:
    assert {retry_after_header(5.0, chance=lambda: 0.5) for _ in range(1_000)} == {"5"}
