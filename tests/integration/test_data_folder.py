"""The data folder: its lock, what an earlier start has left in it, and the errors if it cannot be used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from launcher.supervisor.folder import DataFolder
from launcher.supervisor.programs import STARTED_BY, end_orphans
from launcher.supervisor.runtime_file import Admin, Runtime
from tests.support.commands import refusal
from tests.support.server_folder import server_folder


def test_a_data_folder_that_is_a_file_is_an_error(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir.write_text("")
    assert refusal(capsys, "up").startswith(f"skyqueue: The data folder {data_dir} cannot be used")


def test_a_data_folder_without_write_permission_is_an_error(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYQUEUE_DATA_DIR", "/sys")  # not even root may write there
    assert refusal(capsys, "up").startswith("skyqueue: The data folder /sys cannot be used: ")


def test_a_running_installation_is_known_by_its_folder_and_not_by_a_file_in_it(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(DataFolder(data_dir)) as folder:
        folder.lock()
        (data_dir / "lock").unlink()
        assert refusal(capsys, "up").startswith(f"skyqueue: Skyqueue is already running in {data_dir} (process unknown). Stop it")
        (tmp_path / "link").symlink_to(data_dir)
        monkeypatch.setenv("SKYQUEUE_DATA_DIR", str(tmp_path / "link"))
        assert refusal(capsys, "up").startswith(f"skyqueue: Skyqueue is already running in {data_dir} (process unknown). Stop it")


def program(folder: Path) -> subprocess.Popen[bytes]:
    """Looks like a worker that was started for this folder."""
    environment = {**os.environ, STARTED_BY: str(folder)}
    return subprocess.Popen([sys.executable, "-c", "input()", "-m", "workers.main"], env=environment, stdin=subprocess.PIPE)


def test_a_worker_left_behind_is_found_without_a_runtime_file(tmp_path: Path) -> None:
    with program(tmp_path / "ours") as ours, program(tmp_path / "others") as others:
        os.kill(ours.pid, signal.SIGSTOP)
        end_orphans(tmp_path / "ours", [])
        assert ours.wait(1) == -signal.SIGTERM
        assert others.poll() is None
        others.kill()


@pytest.mark.parametrize("written", [b"garbage", b"\xff", b"[]", b'{"supervisor_pid": "many"}', b'{"processes": null}'])
def test_a_runtime_file_of_another_format_is_none(data_dir: Path, capsys: pytest.CaptureFixture[str], written: bytes) -> None:
    data_dir.mkdir()
    (data_dir / "runtime.json").write_bytes(written)
    assert "no `skyqueue up` runs in" in refusal(capsys, "audit")


def test_the_runtime_file_of_a_killed_supervisor_is_not_used(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen(["true"]) as killed:
        killed.wait()
    data_dir.mkdir()
    left = Runtime(killed.pid, "http://127.0.0.1:1", "postgresql://127.0.0.1:1", "redis://127.0.0.1:1", Admin("admin", None), [])
    left.write(data_dir / "runtime.json")
    assert f"no `skyqueue up` runs in {data_dir}" in refusal(capsys, "audit")


@pytest.mark.parametrize("command", ["up", "audit", "sample", "worker"])
def test_a_home_is_found_by_every_command(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SKYQUEUE_DATA_DIR", "~/data")
    with closing(DataFolder(data_dir)) as folder:
        folder.lock()
        assert str(tmp_path / "data") in refusal(capsys, command)


@pytest.mark.parametrize("name", ["jwt.secret", "payments.secret", "admin.password"])
@pytest.mark.parametrize("held", [b"", b"\x80\xff"])
def test_an_invalid_secret_is_an_error_before_anything_starts(
    data_dir: Path, capsys: pytest.CaptureFixture[str], name: str, held: bytes
) -> None:
    data_dir.mkdir()
    (data_dir / name).write_bytes(held)
    line = refusal(capsys, "up")
    assert line.startswith(f"skyqueue: {data_dir / name} ")
    assert line.endswith("Remove it, and a new one is made.")
    assert not (data_dir / "postgres").exists()


def test_a_short_secret_is_an_error_that_names_its_file(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_dir.mkdir()
    (data_dir / "jwt.secret").write_text("short")
    assert refusal(capsys, "up").startswith(f"skyqueue: {data_dir / 'jwt.secret'} is shorter than 32 bytes. Remove it")


def test_damaged_data_is_an_error(
    guardian: Guardian, monkeypatch: pytest.MonkeyPatch, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        postgres.stop()
        (folder / "postgres" / "data" / "global" / "pg_control").write_bytes(b"")
        monkeypatch.setenv("SKYQUEUE_DATA_DIR", str(folder))
        assert refusal(capsys, "up").startswith(f"skyqueue: Postgres does not start with the data in {folder / 'postgres'}")
        assert not (folder / "runtime.json").exists()
