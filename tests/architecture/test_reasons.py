"""`docs/operations.md` says for each reason why the product is not ready what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

from api.readiness.codes import Code

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_every_code_of_a_reason_is_in_the_table() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (?:no|degraded) \|", PAGE.read_text(), re.MULTILINE)
    documented = [code for row in rows for code in re.findall(r"\w+", row)]
    assert sorted(documented) == sorted(Code)
