"""Files that are not backups of ours, or were changed: nothing of them is written to the database. And paths where a backup must not be
written.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import redis

from core.startup import CannotStart
from launcher.backup import archive, backup, contents
from launcher.backup.restore import restore
from tests.support import servers
from tests.support.databases import NewDatabase
from tests.support.servers import SharedPostgres
from tests.support.small_disk import on_small_disk

Written = dict[str, Any]
Change = Callable[[Written], None]


@pytest.fixture(scope="module")
def whole(shared_postgres: SharedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation with one account."""
    file = tmp_path_factory.mktemp("whole") / "backup"
    with servers.fresh_database(shared_postgres) as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO users (id, username, password_hash, role) VALUES (gen_random_uuid(), 'asha', '-', 'traveller')"
            )
        backup.write(url, file)
    return file


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def changed(whole: Path, path: Path, change: Change, members: dict[str, bytes] | None = None) -> Path:
    """The same file with another manifest, and with these members instead of its own, or besides."""
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        manifest = json.loads(old.read(archive.MANIFEST))
        change(manifest)
        original = {name: old.read(name) for name in old.namelist()} | (members or {})
        for name, content in (original | {archive.MANIFEST: json.dumps(manifest).encode()}).items():
            new.writestr(name, content)
    return path


def table(manifest: Written, name: str) -> Written:
    (found,) = (each for each in manifest["tables"] if each["name"] == name)
    assert isinstance(found, dict)
    return found


def add_table(name: str, *columns: str) -> Change:
    return lambda manifest: manifest["tables"].append({"name": name, "columns": list(columns), "rows": 0})


def add_sequence(name: str) -> Change:
    return lambda manifest: manifest["sequences"].append({"name": name, "value": 7, "is_used": True})


def accounts(url: str) -> int:
    with psycopg.connect(url) as connection:
        (found,) = connection.execute("SELECT count(*) FROM users").fetchone() or (0,)
    return int(found)


def output(url: str, client: redis.Redis, file: Path) -> str:
    with pytest.raises(CannotStart) as refused:
        restore(url, client, file)
    return str(refused.value)


def without_money(manifest: Written) -> None:
    manifest["tables"] = [each for each in manifest["tables"] if each["name"] not in ("payments", "refunds")]


def without_a_column(manifest: Written) -> None:
    table(manifest, "payments")["columns"].remove("amount")


FOREIGN: Final[dict[str, tuple[Change, str]]] = {
    "a table of the server": (add_table("pg_authid", "rolname"), "there is no table 'pg_authid'"),
    "the table of the schema's revision": (add_table("alembic_version", "version_num"), "there is no table 'alembic_version'"),
    "a table of the moment": (add_table("worker_heartbeats", "id"), "there is no table 'worker_heartbeats'"),
    "a statement for a table": (add_table("users\" (id) FROM PROGRAM 'id' --", "id"), "there is no table 'users\" (id)"),
    "a table twice": (lambda written: written["tables"].append(table(written, "users")), "'users' is there twice"),
    "no money": (without_money, "the table 'payments' is not in it"),
    "no column": (without_a_column, "the columns of 'payments' are others"),
    "another column": (lambda written: table(written, "users")["columns"].append("oid"), "the columns of 'users' are others"),
    "a sequence of nobody": (add_sequence("pg_class"), "there is no sequence 'pg_class'"),
    "no sequence": (lambda written: written["sequences"].clear(), "is not in it"),
    "a number that none can have": (
        lambda written: written["sequences"][0].update(value=-1),
        "holds rows that the database refuses: setval: value -1 is out of bounds",
    ),
}


@pytest.mark.parametrize("named", FOREIGN)
def test_only_what_the_schema_has_is_written_and_all_of_it(
    whole: Path, database_url: str, client: redis.Redis, tmp_path: Path, named: str
) -> None:
    change, words = FOREIGN[named]
    more = {archive.member_of(name): b"" for name in ("pg_authid", "alembic_version", "worker_heartbeats")}
    more[archive.member_of("users\" (id) FROM PROGRAM 'id' --")] = b""
    assert words in output(database_url, client, changed(whole, tmp_path / "foreign", change, more))
    assert accounts(database_url) == 0
    restore(database_url, client, whole)
    assert accounts(database_url) == 1


def test_without_the_comparison_money_is_lost_without_a_word(
    whole: Path, database_url: str, client: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "find_difference", lambda *_: None)
    restore(database_url, client, changed(whole, tmp_path / "foreign", without_money))
    assert accounts(database_url) == 1


def test_rows_that_are_none(whole: Path, database_url: str, client: redis.Redis, tmp_path: Path) -> None:
    file = changed(whole, tmp_path / "foreign", lambda _: None, {archive.member_of("users"): b"rubbish\n"})
    assert "holds rows that the database refuses: " in output(database_url, client, file)
    assert accounts(database_url) == 0


def test_a_database_with_tables_of_others(whole: Path, new_database: NewDatabase, client: redis.Redis) -> None:
    url = new_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE users (name text)")
    assert "The database has tables of others: users." in output(url, client, whole)


def test_sequences_of_others_in_the_same_schema_are_not_ours(
    whole: Path, database_url: str, client: redis.Redis, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE invoices (id serial)")
    restore(database_url, client, whole)
    named = {sequence.name for sequence in backup.write(database_url, tmp_path / "again").sequences}
    with archive.open_existing(whole) as (_, manifest):
        assert named == {sequence.name for sequence in manifest.sequences}


class TestUnreadable:
    """Refused in words, whatever is wrong with the file."""

    def read(self, file: Path) -> str | None:
        """What is said; None: it can be read."""
        try:
            with archive.open_existing(file):
                return None
        except CannotStart as refused:
            return str(refused)

    def test_a_bit_that_has_changed_anywhere(self, whole: Path, tmp_path: Path) -> None:
        written, rng, failures = whole.read_bytes(), random.Random(7), 0
        for place in rng.sample(range(len(written)), 300):
            file = tmp_path / "changed"
            file.write_bytes(written[:place] + bytes([written[place] ^ 1 << rng.randrange(8)]) + written[place + 1 :])
            failures += self.read(file) is not None
        assert failures > 150  # others are times and such, which mean nothing

    @pytest.mark.parametrize(("places", "value"), [((6, 8), 1), ((8, 10), 12), ((8, 10), 99)], ids=["locked", "bzip2", "unknown"])
    def test_an_archive_of_another_kind(self, whole: Path, tmp_path: Path, places: tuple[int, int], value: int) -> None:
        written = bytearray(whole.read_bytes())
        for mark, place in zip((b"PK\x03\x04", b"PK\x01\x02"), places, strict=True):
            at = written.find(mark)
            while at >= 0:
                struct.pack_into("<H", written, at + place, value)
                at = written.find(mark, at + 4)
        file = tmp_path / "other"
        file.write_bytes(written)
        assert "is not a backup, or is incomplete" in (self.read(file) or "")

    def test_a_manifest_that_fills_the_memory(self, tmp_path: Path) -> None:
        file = tmp_path / "bomb"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written, written.open(archive.MANIFEST, "w") as member:
            for _ in range(20):
                member.write(b" " * archive.MAX_MANIFEST_BYTES)
        assert "is not a backup, or is incomplete" in (self.read(file) or "")


class TestWritten:
    """Where a backup is written."""

    def test_existing_files_are_neither_read_nor_replaced(self, tmp_path: Path) -> None:
        """Somebody has made the names before us that could be guessed, for everybody to read, or leading elsewhere."""
        elsewhere, file = tmp_path / "elsewhere", tmp_path / "backup"
        elsewhere.write_text("mine")
        for guessed in ("backup.part", ".backup.part"):
            (tmp_path / guessed).symlink_to(elsewhere)
        with archive.create(file) as written:
            written.writestr("x", b"secret")
        assert elsewhere.read_text() == "mine"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.stat().st_nlink == 1

    def test_a_link_that_leads_nowhere_stays(self, tmp_path: Path) -> None:
        link = tmp_path / "link"
        link.symlink_to(tmp_path / "none")
        with pytest.raises(CannotStart, match="exists"), archive.create(link):
            pass
        assert link.is_symlink()

    def test_of_two_at_a_time_one_gets_the_name_and_both_are_whole(self, tmp_path: Path) -> None:
        file = tmp_path / "backup"
        with archive.create(file) as first:
            first.writestr("x", b"first")
            with archive.create(file) as second:
                second.writestr("x", b"second")
            with pytest.raises(CannotStart, match="exists"), archive.create(file):
                pass
            file.rename(tmp_path / "kept")
        with closing(zipfile.ZipFile(file)) as ended, closing(zipfile.ZipFile(tmp_path / "kept")) as original:
            assert (ended.read("x"), original.read("x")) == (b"first", b"second")

    def test_a_file_that_came_meanwhile_stays(self, tmp_path: Path) -> None:
        file = tmp_path / "backup"
        late = archive.create(file)
        late.__enter__().writestr("x", b"late")
        file.write_text("mine")
        with pytest.raises(CannotStart, match="exists"):
            late.__exit__(None, None, None)
        assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("backup", "mine")]

    def test_a_disk_that_is_full(self, tmp_path: Path) -> None:
        script = f"""
import os
from pathlib import Path
from core.startup import CannotStart
from launcher.backup import archive
folder = Path({str(tmp_path)!r})
try:
    with archive.create(folder / "backup") as written, written.open("x", "w") as member:
        member.write(os.urandom(3 << 20))
except CannotStart as refused:
    print(refused, list(folder.iterdir()))
"""
        failures = on_small_disk(tmp_path, 1, [sys.executable, "-c", script])
        assert failures.endswith(
            "cannot be written: No space left on device. Free some space there, or name a file elsewhere. []\n"
        )
