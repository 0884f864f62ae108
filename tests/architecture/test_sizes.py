"""A reader finds his place: modules are short, and folders have few of them."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tests.architecture.source import ROOT, modules

LONGEST: Final = 300
MOST: Final = 15
"""Modules of one folder, without `__init__.py`."""


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    lengths = {module.name: len(module.path.read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_folder_has_more_modules_than_can_be_scanned() -> None:
    folders = Counter(
        module.path.parent.relative_to(ROOT).as_posix() for module in modules() if module.path.name != "__init__.py"
    )
    assert {folder: count for folder, count in folders.items() if count > MOST} == {}
