"""The health of an API whose storage of uploads refuses writes, or does not answer."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.readiness.storage import StorageCheck
from core.imports.storage.bucket import BucketStorage
from core.imports.storage.folder import FolderStorage
from tests.support.api import ApiFactory
from tests.support.bucket_server import bucket_server
from tests.support.readiness import codes, ready
from tests.support.waiting import until


@pytest.mark.parametrize("in_the_way", ["a file", "a folder that is gone"])
def test_a_storage_that_takes_nothing_degrades_until_it_does(start_api: ApiFactory, tmp_path: Path, in_the_way: str) -> None:
    api = start_api(DATA_DIR=str(tmp_path))
    uploads = tmp_path / "uploads"
    assert "storage_refuses" not in codes(api)
    uploads.rmdir()
    if in_the_way == "a file":
        uploads.touch()
    else:
        uploads.symlink_to(tmp_path / "nowhere")
    until(lambda: "storage_refuses" in codes(api))
    assert any("storage" in reason for reason in ready(api).json()["reasons"])
    uploads.unlink()
    until(lambda: "storage_refuses" not in codes(api))


def test_a_bucket_that_takes_nothing_degrades_until_it_does(start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BucketStorage, "probe_seconds", 0.0)
    monkeypatch.setattr(StorageCheck, "every_seconds", 0.1)
    with bucket_server() as bucket:
        api = start_api(STORAGE_URL=bucket.url)
        assert "storage_refuses" not in codes(api)
        bucket.refuses = True
        until(lambda: "storage_refuses" in codes(api))
        (reason,) = [each for each in ready(api).json()["reasons"] if "storage" in each]
        assert reason.startswith("The storage of uploads takes no files: ")
        assert "Access Denied" in reason
        assert "secret" not in reason
        bucket.refuses = False
        until(lambda: "storage_refuses" not in codes(api))


def test_a_storage_that_never_answers_degrades(start_api: ApiFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go = threading.Event()
    monkeypatch.setattr(FolderStorage, "probe", lambda _: may_go.wait(60))
    api = start_api()
    assert "storage_refuses" in codes(api)
    may_go.set()
    until(lambda: "storage_refuses" not in codes(api))
