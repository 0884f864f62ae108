"""The sample schedule is loaded automatically into an empty database only, and never prevents a start."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import cli
from tests.support.pipeline import Pipeline


@pytest.fixture
def named(data_dir: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> Pipeline:
    """An installation that the settings name."""
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", pipeline.database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", pipeline.redis_url)
    return pipeline


def load() -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sample", "--if-empty"])
    assert ended.value.code == 0


def test_a_database_with_flights_is_left_alone(named: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    named.flight(1)
    load()
    assert capsys.readouterr() == ("The database has flights already: no schedule was loaded.\n", "")


def test_with_the_setting_off_no_schedule_is_loaded(
    named: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SKYQUEUE_SAMPLE", "off")
    load()
    assert capsys.readouterr() == ("SKYQUEUE_SAMPLE is off: no schedule was loaded.\n", "")


def test_an_error_is_one_warning_and_does_not_stop_the_start(
    named: Pipeline, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir.write_text("no folder for uploads")
    load()
    messages = capsys.readouterr().err.splitlines()
    assert len(messages) == 1
    assert messages[0].startswith("skyqueue: warning: The sample schedule was not loaded: ")
    assert str(data_dir) in messages[0]


@pytest.mark.parametrize(
    ("setting", "arguments", "wanted"), [("on", [], True), ("off", [], False), ("on", ["--no-sample"], False), ("", [], True)]
)
def test_up_has_the_setting_and_an_argument(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, setting: str, arguments: list[str], wanted: bool
) -> None:
    questions: list[bool] = []
    monkeypatch.setenv("SKYQUEUE_SAMPLE", setting)
    monkeypatch.setattr("launcher.commands.run_everything", lambda _, *, sample: questions.append(sample))
    with pytest.raises(SystemExit):
        cli.main(["up", *arguments])
    assert questions == [wanted]
