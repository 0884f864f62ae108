"""The storage of uploads: files are stored unchanged, and deleted when no import needs them."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import ValidationError

from core.imports import orphans
from core.imports.csv.header import HEAD_BYTES, read_layout
from core.imports.service import storage_key
from core.imports.storage.files import Storage
from core.imports.storage.folder import FolderStorage
from core.imports.storage.opening import open_storage
from core.settings import Servers
from tests.support.imports import ImportSteps, counts, csv_of, row
from tests.support.small_disk import on_small_disk
from workers.imports.protocol import Ending
from workers.imports.run import run_import
from workers.sweeps import uploads

BUCKET = os.environ.get("SKYQUEUE_TEST_STORAGE_URL", "")
"""A bucket for tests, as in `SKYQUEUE_STORAGE_URL`: everything in it is theirs."""


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.skipif(not BUCKET, reason="no bucket is named"))])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "bucket":
        place, _, options = BUCKET.partition("?")
        monkeypatch.setenv("SKYQUEUE_STORAGE_URL", f"{place.rstrip('/')}/{uuid4()}?{options}")
    else:
        monkeypatch.setenv("SKYQUEUE_DATA_DIR", str(tmp_path))
    return open_storage(Servers())


def keep(storage: Storage, key: str, data: bytes) -> None:
    upload = storage.receive(key)
    upload.write(data)
    upload.keep()


def test_a_file_is_kept_as_it_was_sent(storage: Storage) -> None:
    pieces = [os.urandom(1024 * 1024) for _ in range(12)]
    upload = storage.receive("some.csv")
    for piece in pieces:
        upload.write(piece)
    assert list(storage.list()) == [] or isinstance(storage, FolderStorage), "nothing appears before it is whole"
    stored = upload.keep()
    data = b"".join(pieces)
    assert (stored.key, stored.size, stored.content_hash) == ("some.csv", len(data), hashlib.sha256(data).digest())
    with storage.open("some.csv") as file:
        assert file.read(1000) == data[:1000]
        file.seek(7_000_000)
        assert file.read(5_000_000) == data[7_000_000:12_000_000]
        file.seek(10)
        assert file.read() == data[10:]
        assert file.read(1) == b""
    (found,) = storage.list()
    assert found.name == "some.csv"
    assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=1)
    storage.delete("some.csv")
    storage.delete("some.csv")
    with pytest.raises(FileNotFoundError):
        storage.open("some.csv")


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_file_that_is_discarded_leaves_nothing(storage: Storage, is_stored: bool) -> None:
    upload = storage.receive("some.csv")
    upload.write(b"half")
    if is_stored:
        upload.keep()
    upload.discard()
    assert list(storage.list()) == []


def test_a_probe_leaves_nothing(storage: Storage) -> None:
    storage.probe()
    assert list(storage.list()) == []


def test_a_probe_is_refused_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="exists"):
        FolderStorage(tmp_path / "file").probe()


def test_a_probe_is_refused_by_a_full_disk(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from core.imports.storage.folder import FolderStorage
        folder = Path(sys.argv[1])
        FolderStorage(folder).probe()
        with (folder / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass
        try:
            FolderStorage(folder).probe()
        except OSError as error:
            print(error.strerror)
    """
    assert on_small_disk(tmp_path, 1, [sys.executable, "-c", code, str(tmp_path)]) == "No space left on device\n"


def test_a_file_is_worked_from_any_storage(import_steps: ImportSteps, storage: Storage) -> None:
    data = csv_of(row(number) for number in range(1, 60_001))
    job = import_steps.send(data)
    keep(storage, storage_key(job), data)
    with storage.open(storage_key(job)) as file:
        assert read_layout(file.read(HEAD_BYTES)).first_line == 2
    assert run_import(import_steps.db, import_steps.redis, storage, job) is Ending.COMPLETED
    assert counts(import_steps.status(job))["created"] == 60_000
    assert list(storage.list()) == []


def test_files_that_no_import_needs_are_deleted(import_steps: ImportSteps, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, done = import_steps.send(csv_of([row(1)])), import_steps.send(csv_of([row(2)]))
    import_steps.work(done)
    lost, half = uuid4(), uuid4()
    names = {storage_key(done), storage_key(lost), f"{storage_key(half)}.part", "notes.txt", "x.csv"}
    for name in names:
        (import_steps.folder / name).write_bytes(b"x")
    assert uploads.delete_orphans(import_steps.db, import_steps.storage) == [], "what is young may be on its way"

    long_ago = (datetime.now(UTC) - orphans.YOUNG - timedelta(minutes=1)).timestamp()
    for path in import_steps.folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    expected = sorted([storage_key(done), storage_key(lost), f"{storage_key(half)}.part"])
    assert uploads.delete_orphans(import_steps.db, import_steps.storage) == expected
    assert sorted(path.name for path in import_steps.folder.iterdir()) == sorted([storage_key(waiting), "notes.txt", "x.csv"])
    assert import_steps.work(waiting) is Ending.COMPLETED, "the file of an import that waits is never touched"


def test_a_storage_that_is_no_bucket_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYQUEUE_STORAGE_URL", "ftp://secret:password@example.org")
    with pytest.raises(ValidationError, match="s3://") as refused:
        Servers()
    assert "password" not in str(refused.value)


def test_an_upload_gets_retry_after_while_the_bucket_is_away(open_import_steps: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    import_steps = open_import_steps(  # type: ignore[operator]
        STORAGE_URL="s3://key:secret@nowhere/uploads?region=x&scheme=http&endpoint_override=127.0.0.1:1"
    )
    response = import_steps.admin.post(
        "/admin/flights/bulk-upload", content=csv_of([row(1)]), headers={"Content-Type": "text/csv"}, timeout=60
    )
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert import_steps.rows("SELECT count(*) FROM imports") == [(0,)]
