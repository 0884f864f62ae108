"""What `.ci/run` runs on which Python: all checks on one, and the smoke test on each other one that it finds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with `.ci/run`, a `make` that only says what it was asked, and an environment of Python 3.11."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(RUN, tmp_path / ".ci" / "run")
    program(tmp_path / "bin" / "make", 'echo "make $*"')
    program(tmp_path / ".venv" / "bin" / "python", "echo 3.11")
    return tmp_path


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)


def run(checkout: Path, *, expected_status: int = 0) -> list[str]:
    """The lines that it says where nothing but `checkout` has programs of its own."""
    shell = [str(Path(shutil.which(name) or name).parent) for name in ("bash", "dirname")]
    path = os.pathsep.join([str(checkout / "bin"), *shell])
    hide_real_pythons(checkout)
    ended = subprocess.run(
        ["bash", str(checkout / ".ci" / "run")],
        env={"PATH": path, "HOME": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == expected_status, ended.stderr
    return ended.stdout.splitlines()


def hide_real_pythons(checkout: Path) -> None:
    for version in ("3.11", "3.12", "3.13"):
        if not (checkout / "bin" / f"python{version}").exists():
            program(checkout / "bin" / f"python{version}", "exit 127")


def test_other_pythons_are_tried_wherever_they_are_and_missing_ones_are_named(checkout: Path) -> None:
    program(checkout / "bin" / "python3.12", "echo 3.12")
    assert run(checkout) == [
        "make test",
        "make variants",
        f"make smoke PYTHON={checkout}/bin/python3.12",
        "Python 3.13 is not on this machine, so nothing was tried on it.",
    ]


def test_pythons_of_pyenv_are_found_where_the_path_has_none_that_works(checkout: Path) -> None:
    in_pyenv = checkout / ".pyenv" / "versions" / "3.13.0" / "bin" / "python"
    program(in_pyenv, "echo 3.13")
    assert run(checkout)[-1] == f"make smoke PYTHON={in_pyenv}"


def test_what_fails_is_the_end(checkout: Path) -> None:
    program(checkout / "bin" / "make", 'echo "make $*"; exit 2')
    assert run(checkout, expected_status=2) == ["make test"]
