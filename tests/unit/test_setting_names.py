"""Misspelt settings, settings of other versions, and variables that only look like settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from core.environment.names import misspelt, unknown
from core.refusal import read_settings
from core.settings import Settings, WrongSettings, known_variables

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("SKYQUEUE")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SKYQUEUE_HOLD_MINUTE", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUEUE_HOLDMINUTES", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUEUE_HOLD_MINTUES", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUEUE-HOLD-MINUTES", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUEUE__HOLD__MINUTES", "SKYQUEUE_HOLD_MINUTES"),
        ("skyqueue_hold_minutes", "SKYQUEUE_HOLD_MINUTES"),
        ("Skyqueue_Hold_Minute", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUUE_HOLD_MINUTES", "SKYQUEUE_HOLD_MINUTES"),
        ("SKYQUEUE_DATABSE_URL", "SKYQUEUE_DATABASE_URL"),
        ("SKYQUEUE_JWT_SECRET_FILES", "SKYQUEUE_JWT_SECRET_FILE"),
    ],
)
def test_a_misspelt_setting_is_refused_with_a_suggestion(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    monkeypatch.setenv(name, "20")
    with pytest.raises(WrongSettings) as refused:
        Settings()
    assert refused.value.lines == (f"{name} is not a setting. Write {meant}, or remove it.",)


def test_every_fault_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOLD_MINUTE", "20"), ("PORT", "many"), ("HOLD_LIMIT", "0"), ("REDIS_URL", "no address")):
        monkeypatch.setenv(f"SKYQUEUE_{name}", value)
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET_FILE", "/no/such/file")
    with pytest.raises(WrongSettings) as refused:
        Settings()
    assert [line.split(" ")[0].rstrip(":") for line in refused.value.lines] == [
        "SKYQUEUE_HOLD_MINUTE",
        "SKYQUEUE_PORT",
        "SKYQUEUE_REDIS_URL",
        "SKYQUEUE_JWT_SECRET_FILE",
        "SKYQUEUE_HOLD_LIMIT",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SKYQUEUE_HOLD_MINS", " The nearest name is SKYQUEUE_HOLD_MINUTES."),
        ("SKYQUEUE_DB_URL", " The nearest name is SKYQUEUE_DATABASE_URL."),
        ("SKYQUEUE_REDIS_PORT", " The nearest name is SKYQUEUE_PORT."),
        ("SKYQUEUE_LOG_COLOUR", ""),
    ],
)
def test_a_setting_of_another_version_is_reported_once_and_does_not_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    monkeypatch.setenv(name, "20")
    for _ in range(2):
        read_settings("skyqueue api")
    assert capsys.readouterr().err == f"skyqueue api: {name} is not a setting of this version, and changes nothing.{message}\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SKYQUEUE_TEST_LIVES", "9"),
        ("SKYQUEUE_STARTED_BY_UP_IN", "/data"),
        ("SKYQUEUE_SERVICE_HOST", "10.0.0.9"),
        ("SKYQUEUE_SERVICE_PORT", "8000"),
        ("SKYQUEUE_SERVICE_PORT_HTTP", "8000"),
        ("SKYQUEUE_PORT_8000_TCP", "tcp://10.0.0.9:8000"),
        ("SKYQUEUE_PORT_8000_TCP_PROTO", "tcp"),
        ("SKYQUEUE_PORT_8000_TCP_PORT", "8000"),
        ("SKYQUEUE_PORT_8000_TCP_ADDR", "10.0.0.9"),
        ("SKYQUEUE_REDIS_SERVICE_HOST", "10.0.0.7"),
        ("SKYQUEUE_REDIS_PORT", "tcp://10.0.0.7:6379"),
        ("SKYQUEUE_POST", "tcp://10.0.0.7:6379"),
        ("SKYQUEUE_HOLD_MINUTE", ""),
        ("HOLD_MINUTES", "20"),
        ("MOCKPAY_PORT", "8100"),
        ("PATH", "/bin"),
    ],
)
def test_variables_of_other_programs_are_ignored(name: str, value: str) -> None:
    if name == "SKYQUEUE_POST":  # no link ends so
        assert misspelt({name: value}, known_variables())
        return
    assert (misspelt({name: value}, known_variables()), unknown({name: value}, known_variables())) == ([], {})


@pytest.mark.parametrize("value", ["tcp://10.0.0.9:8000", "udp://[fd00::9]:53"])
def test_the_port_that_kubernetes_sets_counts_as_unset_and_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    monkeypatch.setenv("SKYQUEUE_PORT", value)
    assert Settings().http.port == 8000
    assert read_settings("skyqueue api").http.port == 8000
    assert "SKYQUEUE_PORT" not in os.environ  # so that child processes do not report it again
    assert capsys.readouterr().err == (
        f"skyqueue api: SKYQUEUE_PORT is {value}, which Kubernetes sets for a Service of that name. It counts as unset; "
        "set it for the container itself to choose another than the default.\n"
    )


def test_the_names_of_the_product_and_of_its_containers_are_known() -> None:
    """No document, no test and no container of ours names a variable that a start would complain about."""
    files = [ROOT / "compose.yaml", ROOT / "Containerfile", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for file in files for name in re.findall(r"SKYQUEUE_[A-Z0-9_]*[A-Z0-9]", file.read_text())}
    message = unknown(dict.fromkeys(named, "1"), known_variables())
    assert set(message) - {"SKYQUEUE_X", "SKYQUEUE_X_FILE", "SKYQUEUE_PORT_8000_TCP", "SKYQUEUE_HOLD_MINUTE"} == set()
