"""`docs/operations.md` lists every reason why we do not work on a database, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.db import refusals

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
REFUSALS = {name: " ".join(value) for name, value in vars(refusals).items() if name.isupper()}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_page_has_the_line(name: str) -> None:
    line = re.sub(r"\{\w+\}", "…", REFUSALS[name])
    assert f"| {line} |\n" in PAGE
