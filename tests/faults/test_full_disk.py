"""A Postgres with a full disk still answers and updates rows, but cannot add any. The readiness check reports it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psycopg

from api.http.database import WatchedDatabase
from api.readiness.connection import CheckConnection
from api.readiness.postgres import PostgresDiskCheck
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from tests.support.server_folder import server_folder
from tests.support.small_disk import on_small_disk

MEGABYTES = 150
"""What Postgres makes at first has room in it."""


def test_a_full_disk_of_postgres_is_reported_while_updates_still_succeed() -> None:
    with server_folder() as folder:
        output = on_small_disk(folder, MEGABYTES, [sys.executable, "-m", "tests.faults.test_full_disk", str(folder)])
    assert output.split() == ["[]", "updated", "refused", "postgres_disk_full", "[]"]


def _on_the_small_disk(folder: Path) -> None:
    """What the process does that sees it."""
    guardian = Guardian()
    postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
    try:
        postgres.start()
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE rows (number int); INSERT INTO rows VALUES (1); CREATE TABLE more (number int); CHECKPOINT"
            )
            asyncio.run(_look_before_and_after(postgres, folder, connection))
    finally:
        postgres.stop()
        guardian.close()


async def _look_before_and_after(postgres: EmbeddedPostgres, folder: Path, connection: psycopg.Connection) -> None:
    database = WatchedDatabase(postgres.url, pool_size=1, application="test")
    looked_on = CheckConnection(database)
    look = PostgresDiskCheck(looked_on)
    print(await look.run())
    filler = folder / "filler"
    _fill(filler)
    connection.execute("UPDATE rows SET number = 2")
    print("updated")
    try:
        connection.execute("INSERT INTO more VALUES (1)")
    except psycopg.errors.DiskFull:
        print("refused")
    print(*(found.code for found in await look.run()))
    filler.unlink()
    print(await look.run())
    looked_on.close()
    database.dispose()


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


if __name__ == "__main__":
    _on_the_small_disk(Path(sys.argv[1]))
