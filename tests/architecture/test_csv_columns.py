"""The other places that name all columns of the CSV file have the same columns as `COLUMNS`."""

from __future__ import annotations

import re
from typing import Final

import pytest

from core.flights import staging
from core.imports.csv.columns import COLUMNS, REQUIRED
from core.imports.csv.recognition.other_names import OTHER_NAMES
from tests.architecture.source import ROOT

APP: Final = ROOT / "frontend" / "src" / "features" / "operations" / "imports" / "upload" / "header.ts"
PAGE: Final = ROOT / "docs" / "imports.md"
NAMES: Final = [column.name for column in COLUMNS]


def columns_of_the_app(name: str) -> list[str]:
    (values,) = re.findall(rf"const {name} = \[(.*?)\]", APP.read_text(), re.DOTALL)
    return re.findall(r"'(\w+)'", values)


def test_the_app_has_all_columns() -> None:
    assert columns_of_the_app("REQUIRED") == list(REQUIRED)
    assert columns_of_the_app("OPTIONAL") == [name for name in NAMES if name not in REQUIRED]


def test_every_column_has_other_names() -> None:
    assert list(OTHER_NAMES) == NAMES


def test_the_staging_table_has_all_columns() -> None:
    assert set(NAMES) <= set(re.findall(r"(\w+) \w+", staging._STAGE))


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_documented(name: str) -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)
