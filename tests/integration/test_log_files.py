"""Logs are rotated while the programs that write them run, and no line is lost."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from core.startup import CannotStart
from core.telemetry.log_file import LogFile
from launcher.embedded import log_files
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres
from launcher.embedded.valkey import EmbeddedValkey
from tests.support.server_folder import server_folder
from tests.support.waiting import until

WRITER = "import itertools, time\nfor number in itertools.count(): print(number, flush=True); time.sleep(0.001)"


class Writer(Child):
    """Counts, one number a line, into the descriptor that it was given."""

    def launch(self) -> None:
        self._spawn([sys.executable, "-c", WRITER])

    def is_ready(self) -> bool:
        return bool(self.recent_log)

    def _failure(self) -> CannotStart:
        return CannotStart("It does not start.", "")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log is too long as soon as it has a line."""
    monkeypatch.setattr(log_files, "LOG_BYTES", 1)


@pytest.fixture
def writer(tmp_path: Path, guardian: Guardian) -> Iterator[Writer]:
    child = Writer("talkative", log=tmp_path / "talkative.log", guardian=guardian)
    child.start()
    yield child
    child.stop()


def test_who_keeps_the_file_open_goes_on_at_its_beginning(writer: Writer) -> None:
    pid = writer.pid
    writer.rotate_log()
    former_numbers = numbers(log_files.rotated(writer.log))
    until(lambda: len(numbers(writer.log)) > 2)
    new_numbers = numbers(writer.log)
    assert former_numbers == list(range(len(former_numbers)))
    assert new_numbers == list(range(new_numbers[0], new_numbers[-1] + 1))
    assert former_numbers[-1] < new_numbers[0]
    assert (writer.pid, writer.is_running) == (pid, True)


def test_the_last_but_one_is_kept_and_no_more(writer: Writer) -> None:
    first = None
    for _ in range(2):
        until(lambda: bool(numbers(writer.log)))
        writer.rotate_log()
        first, before = numbers(log_files.rotated(writer.log))[0], first
    assert before is not None
    assert first is not None
    assert first > before
    assert sorted(path.name for path in writer.log.parent.iterdir()) == ["talkative.log", "talkative.log.1"]


def test_a_long_log_is_kept_when_its_program_starts_again(writer: Writer) -> None:
    writer.stop()
    last = numbers(writer.log)[-1]
    writer.start()
    assert numbers(log_files.rotated(writer.log))[-1] == last
    assert writer.recent_log.startswith("0\n")


def test_a_short_log_is_left_alone(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "LOG_BYTES", 10_000_000)
    writer.rotate_log()
    assert not log_files.rotated(writer.log).exists()


def test_postgres_goes_on_in_the_new_log(guardian: Guardian) -> None:
    with server_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", guardian=guardian)
        postgres.start()
        say(postgres, "before")
        postgres.rotate_log()
        say(postgres, "after")
        assert "before" in log_files.rotated(postgres.log).read_text()
        assert "after" in postgres.recent_log
        assert "before" not in postgres.recent_log
        postgres.stop()


def test_valkey_goes_on_in_the_new_log(guardian: Guardian, tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path / "valkey", guardian=guardian)
    valkey.start()
    valkey.rotate_log()
    assert "Ready to accept connections" in log_files.rotated(valkey.log).read_text()
    with redis.Redis.from_url(valkey.url) as client:
        client.bgrewriteaof()
    until(lambda: "Background append only file rewriting" in valkey.recent_log)
    valkey.stop()


def test_no_line_of_ours_is_lost_and_none_is_torn(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    logger = logging.Logger("test")
    logger.addHandler(LogFile(log))
    found: list[int] = []
    writing = threading.Thread(target=lambda: [logger.info(number) for number in range(20_000)])  # type: ignore[func-returns-value]
    writing.start()
    while writing.is_alive():
        log_files.rename(log)
        # Whoever looked at the name before it changed writes one more line to the old file.
        until(lambda: log.stat().st_size > 0 or not writing.is_alive())
        found += numbers(log_files.rotated(log))
    found += numbers(log)
    assert found == list(range(20_000))


def numbers(log: Path) -> list[int]:
    """The numbers in its complete lines."""
    return [int(line) for line in log.read_text().split("\n")[:-1]]


def say(postgres: EmbeddedPostgres, what: str) -> None:
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"DO $$ BEGIN RAISE LOG '{what}'; END $$".encode())
