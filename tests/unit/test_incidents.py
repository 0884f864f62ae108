"""Repeated failures: what is logged about them, and when."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from core.telemetry import incidents
from core.telemetry.incidents import QUIET_SECONDS, REMIND_SECONDS, Incident, Incidents
from tests.support.manual_clock import ManualClock


class RecordingLogger:
    """A logger that remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str, dict[str, Any]]] = []

    def log(self, level: int, event: str, /, **details: Any) -> None:
        self.lines.append((level, event, details))

    def take(self) -> list[tuple[int, str, dict[str, Any]]]:
        lines, self.lines = self.lines, []
        return lines


@pytest.fixture
def logger() -> RecordingLogger:
    return RecordingLogger()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def incident(logger: RecordingLogger, clock: ManualClock) -> Incident:
    return Incident(logger, "Redis is away", "Redis is back", clock=clock)


def test_an_outage_is_two_lines_however_often_it_is_met(incident: Incident, logger: RecordingLogger, clock: ManualClock) -> None:
    for _ in range(50):
        incident.failed(error="refused")
        clock.now += 1
    assert logger.take() == [(logging.WARNING, "Redis is away", {"error": "refused"})]
    incident.succeeded()
    clock.now += QUIET_SECONDS
    incident.succeeded()
    incident.succeeded()
    assert logger.take() == [(logging.INFO, "Redis is back", {"times": 50, "seconds": 50.0})]


def test_a_long_outage_is_logged_once_a_minute(incident: Incident, logger: RecordingLogger, clock: ManualClock) -> None:
    for second in range(301):
        incident.failed(error=second)
        clock.now += 1
    assert [details for _, _, details in logger.take()] == [{"error": 0}] + [
        {"error": second, "times": second + 1, "seconds": float(second)} for second in range(60, 301, 60)
    ]


def test_what_succeeds_between_two_failures_ends_nothing(incident: Incident, logger: RecordingLogger, clock: ManualClock) -> None:
    for _ in range(100):
        incident.failed()
        incident.succeeded()
        clock.now += QUIET_SECONDS / 2
        incident.succeeded()
    assert [event for _, event, _ in logger.take()] == ["Redis is away"] * 2  # the second after a minute


def test_incidents_that_follow_each_other_become_one(incident: Incident, logger: RecordingLogger, clock: ManualClock) -> None:
    for _ in range(3600):
        incident.failed()
        clock.now += QUIET_SECONDS * 2
        incident.succeeded()
    hours = 3600 * QUIET_SECONDS * 2 / 3600
    assert len(logger.take()) <= hours * 3600 / REMIND_SECONDS + 10


def test_an_incident_a_while_after_the_last_is_logged_like_the_first(
    incident: Incident, logger: RecordingLogger, clock: ManualClock
) -> None:
    for _ in range(3):
        incident.failed()
        clock.now += QUIET_SECONDS
        incident.succeeded()
        clock.now += REMIND_SECONDS
    assert [event for _, event, _ in logger.take()] == ["Redis is away", "Redis is back"] * 3


def test_a_success_without_an_incident_is_not_logged(incident: Incident, logger: RecordingLogger) -> None:
    incident.succeeded()
    assert logger.take() == []


def test_each_of_many_has_its_own_incident(logger: RecordingLogger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "MAX_KEYS", 2)
    rows = Incidents(logger, "a row is locked")
    for key in ("a", "b", "a", "b"):
        rows.failed(key, row=key)
    assert [details for _, _, details in logger.take()] == [{"row": "a"}, {"row": "b"}]
    rows.failed("c", row="c")  # `a` failed the longest ago, and is forgotten
    rows.failed("b", row="b")
    rows.failed("a", row="a")
    assert [details for _, _, details in logger.take()] == [{"row": "c"}, {"row": "a"}]
