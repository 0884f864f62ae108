"""`docs/operations.md` lists every reason not to use a server, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.db import refusals as of_databases
from core.redis import refusals as of_redis
from core.redis import rights

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
REFUSALS = {
    f"{module.__name__}.{name}": " ".join(value)
    for module in (of_databases, of_redis)
    for name, value in vars(module).items()
    if name.isupper() and not name.startswith("_")
}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_page_has_the_line(name: str) -> None:
    line = re.sub(r"\{\w+\}", "…", REFUSALS[name])
    assert f"| {line} |\n" in PAGE


def test_the_page_has_the_rights_of_a_redis_user() -> None:
    granted = re.search(r"ACL SETUSER skyqueue on >password (.*?)```", PAGE, re.DOTALL)
    assert granted is not None
    assert granted[1].split() == ["+info", *rights.everything()]
