"""Lists of UUIDs arrive in Postgres unchanged, with our own dumper and with the driver's."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import psycopg
import pytest

from core.clock import new_id
from core.db.arrays import ArrayDumper
from core.db.session import UNLIMITED, connect

IDS: Final = [UUID(int=0), UUID(int=2**128 - 1), UUID(int=1), new_id()]


@pytest.mark.parametrize("ids", [[], [new_id()], IDS, [None], [*IDS, None], [IDS, IDS[::-1]]])
def test_a_list_of_ids_arrives_as_it_was(database_url: str, ids: list[object]) -> None:
    with connect(database_url, UNLIMITED) as ours, psycopg.connect(database_url) as drivers:
        for connection in (ours, drivers):
            assert connection.execute("SELECT %s::uuid[]", (ids,)).fetchone() == (ids,)


def test_other_lists_are_the_drivers(database_url: str) -> None:
    with connect(database_url, UNLIMITED) as connection:
        texts = ["plain", "with, comma", '"', "NULL", "", None]
        assert connection.execute("SELECT %s::text[], %s::int[]", (texts, [1, -2])).fetchone() == (texts, [1, -2])
        with pytest.raises(psycopg.DataError, match="mixed"):
            connection.execute("SELECT %s::text[]", ([IDS[0], "text"],))


def test_it_is_used(database_url: str) -> None:
    with connect(database_url, UNLIMITED) as connection:
        assert connection.adapters.get_dumper(list, psycopg.adapt.PyFormat.TEXT) is ArrayDumper
