"""The distinct rows of a table, compared with the result of Arrow's own grouping."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from core.imports.csv.distinct import distinct

TEXTS = st.one_of(st.none(), st.sampled_from(["", "Delhi", "delhi", "Zürich", "DEL"]))
DAYS = st.dates(date(2027, 1, 1), date(2027, 1, 3))
ROWS = st.lists(st.tuples(TEXTS, TEXTS, DAYS), max_size=30)


@given(ROWS)
def test_each_combination_is_there_once(rows: list[tuple[str | None, str | None, date]]) -> None:
    columns = {"source": pa.string(), "code": pa.string(), "day": pa.date32()}
    table = pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(columns.items())})
    for chosen in (["source"], ["source", "code"], ["code", "day"], ["source", "code", "day"]):
        found = distinct(table, chosen)
        assert found.column_names == chosen
        expected = table.group_by(chosen, use_threads=False).aggregate([])
        assert sorted(map(repr, found.to_pylist())) == sorted(map(repr, expected.to_pylist()))
