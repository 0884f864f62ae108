"""A load run reports overselling: a rush is violated without the guard of Postgres, and passes with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def rush(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loadtests.run", "rush", "--users", "300", "--seconds", "10", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)


def test_a_rush_violates_no_invariant() -> None:
    run = rush()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "passed: nothing oversold" in run.stdout


def test_without_the_guard_the_rush_ends_with_a_violated_verdict() -> None:
    run = rush("--without-guard")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "VIOLATED oversold" in run.stdout
