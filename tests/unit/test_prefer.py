"""`Prefer: wait=n`, as clients write it."""

from __future__ import annotations

import pytest

from api.http.polling import LONGEST_WAIT_SECONDS, wait_seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=5", 5),
        ("WAIT = 5", 5),
        ('wait="7"', 7),
        ("respond-async, wait=10", 10),
        ("wait=3; foo=bar", 3),
        ("wait=0", 0),
        ("wait=26", LONGEST_WAIT_SECONDS),
        ("wait=999999", LONGEST_WAIT_SECONDS),
    ],
)
def test_the_wait_is_understood_and_limited(header: str | None, seconds: int) -> None:
    assert wait_seconds(header) == seconds


@pytest.mark.parametrize(
    "header",
    [
        "wait",
        "wait=",
        "wait=-5",
        "wait=5s",
        "wait=1.5",
        "wait=٥",
        "nowait=5",
        "wait=99999999999",
        "await=9",
        'foo="a, wait=5"',
        'foo="wait=5"',
    ],
)
def test_a_preference_that_cannot_be_understood_is_ignored(header: str) -> None:
    assert wait_seconds(header) == 0
