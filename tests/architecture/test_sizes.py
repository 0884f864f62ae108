"""Modules are short, and folders have few of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT, modules

LONGEST: Final = 300
"""Lines of one module."""
MOST: Final = 15
"""Modules of one folder, without `__init__.py` and tests."""
APP: Final = ROOT / "frontend" / "src"
GENERATED: Final = APP / "lib" / "schema.d.ts"


def sources() -> list[Path]:
    """The modules of the product, and the files of the app. A catalogue (`.po`) is a list of translations, and as long as there are texts."""
    files = [path for path in sorted(APP.rglob("*")) if path.is_file() and path != GENERATED]
    app = [path for path in files if ".test." not in path.name and path.suffix != ".po"]
    return [module.path for module in modules()] + app


def crowded(paths: Iterable[Path]) -> dict[str, int]:
    """Folders with more files than a reader can scan, and how many."""
    folders = Counter(path.parent.as_posix() for path in paths if path.name != "__init__.py")
    return {folder: count for folder, count in folders.items() if count > MOST}


def long(paths: Iterable[Path]) -> dict[str, int]:
    """Files that are too long, and their lines."""
    lengths = {path.as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {path: lines for path, lines in lengths.items() if lines > LONGEST}


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    assert long(sources()) == {}


def test_a_long_module_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("pass\n" * (LONGEST + 1))
    assert long([path]) == {path.as_posix(): LONGEST + 1}


def test_no_folder_has_more_modules_than_can_be_scanned() -> None:
    assert crowded(sources()) == {}


def test_a_crowded_folder_is_found() -> None:
    folder = Path("core/bookings")
    assert crowded([folder / "__init__.py", *(folder / f"{number}.py" for number in range(MOST))]) == {}
    assert crowded(folder / f"{number}.py" for number in range(MOST + 1)) == {"core/bookings": MOST + 1}
