"""The supported versions of Python are named in several places, and are the same in all of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def supported() -> list[str]:
    """From `requires-python`, lowest first."""
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    bounds = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", required)
    assert bounds is not None, required
    return [f"3.{minor}" for minor in range(int(bounds[1]), int(bounds[2]))]


def found(name: str, pattern: str) -> list[str]:
    """The versions in what `pattern` finds in a file of the project."""
    match = re.search(pattern, (ROOT / name).read_text())
    assert match is not None, f"{name} does not say which Pythons it means"
    return re.findall(r"3\.\d+", match[0])


def test_the_documents_name_the_pythons_that_are_supported() -> None:
    assert found("README.md", r"You need Python [^`]*") == supported()
    assert found("CONTRIBUTING.md", r"supported Pythons [^;]*") == supported()


def test_every_supported_python_is_tested() -> None:
    assert found(".github/workflows/ci.yml", r"python: \[.*\]") == supported()
    assert found(".ci/run", r"supported=\(.*\)") == supported()


def test_other_pythons_are_refused_before_anything_is_installed() -> None:
    first, *_, last = supported()
    assert found("Makefile", r"Python 3\.\d+ to 3\.\d+ is needed") == [first, last]
    after_last = int(last.removeprefix("3.")) + 1
    first_minor = first.removeprefix("3.")
    assert f"(3, {first_minor}) <= sys.version_info < (3, {after_last})" in (ROOT / "Makefile").read_text()


def test_the_locks_and_the_tools_look_at_the_lowest_and_the_image_has_a_supported_one() -> None:
    lowest = supported()[0]
    assert found("Makefile", r"--python-version \S+") == [lowest]
    assert found("pyproject.toml", r'python_version = "[^"]*"') == [lowest]
    assert found("Containerfile", r"FROM python:\S+")[0] in supported()
