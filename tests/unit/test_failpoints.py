"""The grammar of failpoints. A misspelt failpoint must be an error, because its test would always pass."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from core import failpoints


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def test_nothing_is_armed_by_an_empty_specification() -> None:
    failpoints.arm("")
    for name in failpoints.NAMES:
        failpoints.reach(name)


def test_a_sleep_lasts_its_milliseconds_at_its_place_only(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    failpoints.arm("after_reserve:sleep=30")
    failpoints.reach("before_claim")
    assert slept == []
    failpoints.reach("after_reserve")
    assert slept == [0.03]


def test_one_place_may_have_several_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    failpoints.arm("after_reserve:sleep=20, after_reserve:sleep=50:1.0 ,before_ack:sleep=5")
    failpoints.reach("after_reserve")
    assert slept == [0.02, 0.05]


def test_the_probability_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    failpoints.arm("after_reserve:sleep=20:0")
    failpoints.reach("after_reserve")
    assert slept == []
    failpoints.arm("after_reserve:sleep=20:0.5")
    for _ in range(200):
        failpoints.reach("after_reserve")
    assert 50 < len(slept) < 150


def test_a_crash_is_a_kill_nine_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    failpoints.arm("before_ack:crash")
    failpoints.reach("before_ack")
    assert sent == [(os.getpid(), signal.SIGKILL)]


def test_a_crash_may_be_for_one_booking(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: sent.append(number))
    killer = uuid4()
    failpoints.arm(f"before_claim:crash={killer}")
    failpoints.reach("before_claim", [uuid4(), uuid4()])
    failpoints.reach("before_claim")
    assert sent == []
    failpoints.reach("before_claim", [uuid4(), killer])
    assert sent == [signal.SIGKILL]


@pytest.mark.parametrize("wrong", ["before_claim:crash=somebody", f"after_reserve:crash={UUID(int=1)}"])
def test_a_crash_for_an_impossible_id_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"UUID|cannot be limited to an id"):
        failpoints.arm(wrong)


@pytest.mark.parametrize(
    "wrong",
    ["after_reserv:crash", "after_reserve", "after_reserve:explode", "after_reserve:sleep=soon", "after_reserve:crash:often"],
)
def test_a_misspelt_failpoint_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"unknown failpoint|could not convert"):
        failpoints.arm(wrong)


@pytest.mark.parametrize("wrong", ["after_reserve:crash:3", "after_reserve:crash:-1", "after_reserve:sleep=-5"])
def test_a_failpoint_outside_its_range_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="failpoint"):
        failpoints.arm(wrong)
