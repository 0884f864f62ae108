"""The lock files install the same release of every package on every Python, and in the container image."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
DATA_PACKAGES = ("airportsdata", "tzdata")
"""What a booking means depends on them: which airport a name is, and what the clocks there show."""

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<release>[^\s;\\]+)", re.MULTILINE)


def releases(lock: str) -> dict[str, set[str]]:
    """Every package of a lock file with its releases: more than one where the lock differs by Python or platform."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pinned in _PINNED.finditer(lock):
        found[pinned["name"]].add(pinned["release"])
    return found


def forked(lock: str) -> set[str]:
    return {name for name, found in releases(lock).items() if len(found) > 1}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_one_release_of_each_package_for_every_python(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert len(releases(lock)) > 50
    assert forked(lock) == set()


def test_a_package_that_differs_by_python_is_found() -> None:
    lock = (
        "one==1.0 \\\n    --hash=sha256:00\ntwo==1 ; python_full_version < '3.12' \\\ntwo==2 ; python_full_version >= '3.12' \\\n"
    )
    assert forked(lock) == {"two"}


def test_the_image_has_the_releases_that_the_tests_ran_with() -> None:
    image, tested = (releases((ROOT / name).read_text()) for name in LOCKS)
    assert {name: tested.get(name) for name in image} == image


@pytest.mark.parametrize("name", DATA_PACKAGES)
def test_who_installs_without_a_lock_gets_the_same_data(name: str) -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (release,) = releases((ROOT / "requirements.lock").read_text())[name]
    assert f"{name}=={release}" in required
