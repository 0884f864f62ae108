"""Backups of a database with rows in all tables, restored into another installation."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
import pytest
import redis
from psycopg.sql import SQL, Identifier

from core.clock import new_id
from core.migrations.metadata import METADATA
from core.migrations.revisions import newest_revision
from core.migrations.upgrade import upgrade
from core.startup import CannotStart
from launcher.backup import archive, backup, contents
from launcher.backup.archive import Manifest
from launcher.backup.restore import restore
from tests.support.databases import NewDatabase
from tests.support.installations import PipelineFactory
from tests.support.waiting import until

FORMER: Final = Path(__file__).parent / "former_release" / "bookings.sql"
FORMER_REVISION: Final = "0006"


@pytest.fixture
def former_url(new_database: NewDatabase) -> str:
    """Bookings of every status, with payments, waiting lists and imports, in a former schema."""
    url = new_database()
    upgrade(url, FORMER_REVISION)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FORMER.read_bytes())
    return url


@pytest.fixture
def full_url(former_url: str) -> str:
    """The same in the schema of today."""
    upgrade(former_url)
    return former_url


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        return {
            name: sorted(row[0] for row in connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))))
            for name in METADATA.tables
        }


def sequences(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()


def test_every_row_comes_back_and_the_work_goes_on(
    full_url: str, new_database: NewDatabase, redis_url: str, client: redis.Redis, open_pipeline: PipelineFactory, tmp_path: Path
) -> None:
    file = tmp_path / "today.backup"
    written = backup.write(full_url, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert written.rows == sum(map(len, rows(full_url).values())) > 50

    url = new_database()
    assert restore(url, client, file) == written
    assert rows(url) == rows(full_url)
    assert sequences(url) == sequences(full_url)

    pipeline = open_pipeline(url, redis_url)
    flight = pipeline.flight(10)
    accepted = pipeline.accept_many(1, flight)
    pipeline.send(*accepted)
    pipeline.worker()
    until(lambda: pipeline.endings(accepted) == {"CONFIRMED": 1})


def test_a_backup_shows_one_moment(
    full_url: str, new_database: NewDatabase, client: redis.Redis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before each table is copied, somebody registers. Read table by table as each is then, some tables would know them and others not."""
    copy = backup._copy

    def copy_meanwhile(*arguments: Any) -> archive.Table:
        with psycopg.connect(full_url) as other:
            other.execute(
                "INSERT INTO users (id, username, password_hash, role) VALUES (%s, %s, '-', 'traveller')",
                (new_id(), f"late-{new_id()}"),
            )
        return copy(*arguments)

    before = len(rows(full_url)["users"])
    monkeypatch.setattr(backup, "_copy", copy_meanwhile)
    backup.write(full_url, tmp_path / "backup")
    url = new_database()
    restore(url, client, tmp_path / "backup")
    assert len(rows(url)["users"]) == before
    assert len(rows(full_url)["users"]) > before


def test_a_backup_of_a_former_version_is_brought_up_to_date(
    former_url: str, new_database: NewDatabase, client: redis.Redis, tmp_path: Path
) -> None:
    file = tmp_path / "former.backup"
    with archive.create(file) as written, psycopg.connect(former_url) as connection:
        known = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        ordered = [name for name in contents.table_names() if name in known]
        tables = [backup._copy(connection, written, name) for name in ordered]
        manifest = Manifest(archive.FORMAT, "0.1", FORMER_REVISION, datetime.now(UTC), tables, backup._sequences(connection))
        written.writestr(archive.MANIFEST, msgspec.json.encode(manifest))
    url = new_database()
    restore(url, client, file)
    upgrade(former_url)
    bookings = "SELECT id, status, price_total, currency, reference FROM bookings ORDER BY id"
    with psycopg.connect(url) as restored, psycopg.connect(former_url) as former:
        assert restored.execute(bookings).fetchall() == former.execute(bookings).fetchall()


def test_a_backup_goes_through_streams(
    full_url: str, new_database: NewDatabase, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written))
    backup.write(full_url, archive.STREAM)
    url = new_database()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written.getvalue())))
    restore(url, client, archive.STREAM)
    assert rows(url) == rows(full_url)


class TestRefused:
    """Nothing is changed then, and the line says what to do."""

    @pytest.fixture
    def file(self, full_url: str, tmp_path: Path) -> Path:
        backup.write(full_url, tmp_path / "backup")
        return tmp_path / "backup"

    def output(self, url: str, client: redis.Redis, file: Path) -> str:
        with pytest.raises(CannotStart) as refused:
            restore(url, client, file)
        return str(refused.value)

    def test_a_database_with_rows(self, full_url: str, client: redis.Redis, file: Path) -> None:
        before = rows(full_url)
        assert "The database is not empty: there are rows in " in self.output(full_url, client, file)
        assert rows(full_url) == before

    def test_tables_of_another_revision(self, new_database: NewDatabase, client: redis.Redis, file: Path) -> None:
        url = new_database()
        upgrade(url, FORMER_REVISION)
        assert f"has the tables of revision {FORMER_REVISION}" in self.output(url, client, file)

    def test_empty_tables_of_the_same_revision_are_what_a_restore_that_was_cut_short_leaves(
        self, full_url: str, new_database: NewDatabase, client: redis.Redis, file: Path
    ) -> None:
        url = new_database(migrated=True)
        restore(url, client, file)
        assert rows(url) == rows(full_url)

    def test_a_redis_with_keys(self, new_database: NewDatabase, client: redis.Redis, file: Path) -> None:
        client.set("inv:of-other-data", 1)
        url = new_database()
        assert "Redis is not empty" in self.output(url, client, file)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)

    @pytest.mark.parametrize(
        "damage", ["cut", *(pytest.param(damage, marks=pytest.mark.variant) for damage in ("changed", "nothing", "text"))]
    )
    def test_a_file_that_is_no_whole_backup(
        self, new_database: NewDatabase, client: redis.Redis, file: Path, damage: str
    ) -> None:
        whole = file.read_bytes()
        half = len(whole) // 2
        file.write_bytes(
            {
                "cut": whole[:half],
                "changed": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
                "nothing": b"",
                "text": b"id,username\n",
            }[damage]
        )
        output = self.output(new_database(), client, file)
        assert output.startswith(f"{file} is {'damaged' if damage == 'changed' else 'not a backup, or is incomplete'}")

    def test_a_file_that_is_not_there(self, client: redis.Redis, new_database: NewDatabase, tmp_path: Path) -> None:
        assert "cannot be read: No such file or directory." in self.output(new_database(), client, tmp_path / "none")

    def test_a_backup_of_a_newer_version(self, new_database: NewDatabase, client: redis.Redis, tmp_path: Path) -> None:
        with archive.create(tmp_path / "newer") as written:
            manifest = Manifest(archive.FORMAT, "9.0", "9999", datetime.now(UTC), [], [])
            written.writestr(archive.MANIFEST, msgspec.json.encode(manifest))
        assert f"revision 9999; it knows {newest_revision()}" in self.output(new_database(), client, tmp_path / "newer")

    def test_a_file_that_exists(self, full_url: str, file: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(CannotStart, match="exists"):
            backup.write(full_url, file)
        assert file.read_bytes() == before

    def test_a_database_of_a_former_version(self, former_url: str, tmp_path: Path) -> None:
        with pytest.raises(CannotStart, match=f"has the schema of revision {FORMER_REVISION}"):
            backup.write(former_url, tmp_path / "backup")
        assert list(tmp_path.glob("backup*")) == []
