"""The migrations are one chain: each has its own number and follows the one before it. Two that were written at the same time are
detected.
"""

from __future__ import annotations

import re
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "core" / "migrations" / "versions"
_REVISION = re.compile(r'^revision = "(\d{4})"$', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision(?:: [^=]+)? = (?:"(\d{4})"|None)$', re.MULTILINE)


def line_of(folder: Path) -> list[tuple[str, str, str | None]]:
    """The number in the name of each file, its revision and the one that it follows."""
    found = []
    for path in sorted(folder.glob("[0-9]*.py")):
        text = path.read_text()
        revision, before = _REVISION.search(text), _BEFORE.search(text)
        assert revision is not None, path.name
        assert before is not None, path.name
        found.append((path.name[:4], revision[1], before[1]))
    return found


def expected(count: int) -> list[tuple[str, str, str | None]]:
    numbers = [f"{number:04}" for number in range(1, count + 1)]
    return list(zip(numbers, numbers, [None, *numbers], strict=False))


def test_each_migration_follows_the_one_before_it() -> None:
    found = line_of(VERSIONS)
    assert found == expected(len(found))


def test_a_number_that_two_have_taken_is_found(tmp_path: Path) -> None:
    for name, before in (("0001_a", "None"), ("0002_b", '"0001"'), ("0002_c", '"0001"')):
        (tmp_path / f"{name}.py").write_text(f'revision = "{name[:4]}"\ndown_revision = {before}\n')
    assert line_of(tmp_path) != expected(3)
