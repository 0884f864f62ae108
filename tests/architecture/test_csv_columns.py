"""The other places that name all columns of the CSV file have the same columns as `COLUMNS`."""

from __future__ import annotations

import inspect
import re
from typing import Final

import pytest

from core.flights import staging
from core.imports import changes
from core.imports.csv import columns
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


def test_the_statements_of_an_import_have_all_columns() -> None:
    assert set(NAMES) <= set(re.findall(r"(\w+) \w+", staging._STAGE))
    for statement in (staging._COLUMNS, staging._INSERT):
        assert set(NAMES) <= words(statement.as_string())
    # A flight is found by its number, whose first spelling stays, and by its departure, which only a move changes.
    assert set(NAMES) - {"flight_number", "departure_ts"} <= words(staging._DIFFERS.as_string())
    assert set(NAMES) - {"flight_number"} <= words(staging._UPDATE.as_string())
    assert set(re.findall(r"\('(\w+)', to_jsonb", changes._RECORD)) == set(NAMES) - {"flight_number"}


def words(statement: str) -> set[str]:
    return set(re.findall(r"\w+", statement))


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_documented(name: str) -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)


def test_the_fault_codes_of_every_column_are_documented() -> None:
    named = re.findall(r'(?:check\.\w+\(|, )"([a-z]+(?:_[a-z]+)+)"', inspect.getsource(columns))
    assert "not_a_currency" in named
    assert [code for code in named if f"`{code}`" not in PAGE.read_text()] == []
