"""The product's own source files, as the tests of the architecture read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("core", "api", "workers", "launcher", "mockpay")
MIGRATIONS: Final = ROOT / "core" / "migrations" / "versions"


@dataclass(frozen=True)
class Module:
    """`name` is dotted, as in an import."""

    name: str
    path: Path

    @property
    def package(self) -> str:
        """The package that holds it, two parts deep: `core.bookings` for `core.bookings.models`, `api` for `api.jobs`."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if len(parts) > 2 or self.path.name == "__init__.py" else parts[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every string in the code but for docstrings, with its line; of an f-string the parts that do not change."""
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.lineno, node.value

    def imports(self, known: frozenset[str]) -> set[str]:
        """The modules among `known` that it imports anywhere, also inside of functions and for types alone."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    submodule = f"{node.module}.{alias.name}"
                    found.add(submodule if submodule in known else node.module)
        return found & known


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the product; migrations are history and left out. Each is parsed once."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent != MIGRATIONS:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                found.append(Module(name, path))
    return tuple(found)
