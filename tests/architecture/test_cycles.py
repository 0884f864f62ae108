"""There are no cycles of imports between files."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from tests.architecture.source import modules


def find_cycle(imports: dict[str, set[str]]) -> list[str]:
    """One cycle, its first module repeated at the end; empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_file_imports_itself_by_way_of_others() -> None:
    known = frozenset(module.name for module in modules())
    assert find_cycle({module.name: module.imports(known) for module in modules()}) == []


def test_a_cycle_would_be_found() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) != []
