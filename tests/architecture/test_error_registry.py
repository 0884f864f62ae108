"""`docs/errors.md`, the registry of error codes, is complete and correct."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from api.pages.statuses import ERRORS
from core.errors import AppError
from core.ratelimit.limits import LIMITS

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| (yes|no) \|", re.MULTILINE)
WITHOUT_A_CLASS = {
    ("method_not_allowed", 405, False),
    ("too_slow", 408, True),
    ("headers_too_large", 431, False),
    ("wrong_host", 421, False),
    ("range_not_satisfiable", 416, False),
}
"""Made from what the framework raises, and by a connection that has no request yet."""


def registered() -> list[tuple[str, int, bool]]:
    return [(code, int(status), retry == "yes") for code, status, retry in ROW.findall(PAGE.read_text())]


def raised() -> set[tuple[str, int, bool]]:
    for package in ("core", "api"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".migrations." not in module.name:
                importlib.import_module(module.name)
    errors: list[type[AppError]] = [AppError, *subclasses(AppError)]
    return {(error.code, int(error.status), error.retryable) for error in errors}


def subclasses(parent: type[AppError]) -> Iterator[type[AppError]]:
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_code_that_can_be_answered_is_registered_with_its_status() -> None:
    assert raised() | WITHOUT_A_CLASS == set(registered())


def test_every_status_of_an_error_has_words_of_ours() -> None:
    assert {status for _, status, _ in raised()} - {500} == set(ERRORS)


def test_a_code_has_one_meaning() -> None:
    codes = [code for code, _, _ in registered()]
    assert len(codes) == len(set(codes))


def test_the_documented_limits_are_those_of_the_code() -> None:
    documented = re.findall(r"\| [\w ]+ \| (\d+) a minute \| (\d+) \|", PAGE.read_text())
    assert sorted(documented) == sorted((str(limit.per_minute), str(limit.burst)) for limit in LIMITS.values())
