"""A secret, or an address, that is in a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.environment.files import WrongFile, environment_with
from core.settings import CONCERNS, Accounts, Booking, Payments, Servers

IN_FILES = [
    "SKYQUEUE_DATABASE_URL",
    "SKYQUEUE_REDIS_URL",
    "SKYQUEUE_STORAGE_URL",
    "SKYQUEUE_ADMIN_PASSWORD",
    "SKYQUEUE_JWT_SECRET",
    "SKYQUEUE_PAYMENTS_URL",
    "SKYQUEUE_PAYMENTS_SECRET",
    "SKYQUEUE_SMTP_URL",
]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SKYQUEUE_")]:
        monkeypatch.delenv(name)


def jwt_secret() -> str | None:
    secret = Accounts().jwt_secret
    return secret.get_secret_value() if secret else None


def test_what_is_secret_or_an_address_may_be_in_a_file() -> None:
    assert [name for concern in CONCERNS for name, in_file in concern.variables().items() if in_file] == IN_FILES


def test_the_line_in_the_file_is_the_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET_FILE", str(file))
    for held, value in (("p@ss w:rd\n", "p@ss w:rd"), (" spaced \r\n", " spaced "), ("none", "none")):
        file.write_bytes(held.encode())
        assert jwt_secret() == value


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("redis://in.a.file:6379/0\n")
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", "")
    monkeypatch.setenv("SKYQUEUE_REDIS_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", "postgresql://by.name/db")
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL_FILE", "")
    servers = Servers()
    assert (servers.redis_url, servers.database_url) == ("redis://in.a.file:6379/0", "postgresql://by.name/db")


def test_what_comes_from_a_file_is_checked_like_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("no address\n")
    monkeypatch.setenv("SKYQUEUE_PAYMENTS_URL_FILE", str(tmp_path / "url"))
    with pytest.raises(ValueError, match="payments_url"):
        Payments()


def test_both_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET", "another")
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(WrongFile, match=r"^SKYQUEUE_JWT_SECRET and SKYQUEUE_JWT_SECRET_FILE are both set\."):
        jwt_secret()


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"", "is empty."),
        (b" \n", "is empty."),
        (b"hidden\nhidden\n", "has more than one line."),
        (b"hidden\xff", "is not text in UTF-8."),
    ],
)
def test_a_file_without_a_valid_secret_is_named_and_never_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bytes | None, message: str
) -> None:
    file = tmp_path / "secret"
    if held is not None:
        file.write_bytes(held)
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET_FILE", str(file))
    with pytest.raises(WrongFile) as refused:
        jwt_secret()
    assert str(refused.value) == f"SKYQUEUE_JWT_SECRET_FILE: {file} {message}"


@pytest.mark.parametrize("path", ["/dev/null", "/"])
def test_a_path_that_is_no_regular_file_is_an_error(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("SKYQUEUE_JWT_SECRET_FILE", path)
    with pytest.raises(WrongFile, match=f"^SKYQUEUE_JWT_SECRET_FILE: {path} is not a regular file"):
        jwt_secret()


def test_no_file_is_read_for_a_plain_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "minutes").write_text("99")
    monkeypatch.setenv("SKYQUEUE_HOLD_MINUTES_FILE", str(tmp_path / "minutes"))
    assert Booking().hold_minutes != 99


def test_a_process_that_we_start_finds_one_of_the_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("redis://in.a.file:6379/0")
    monkeypatch.setenv("SKYQUEUE_REDIS_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("UNTOUCHED", "yes")
    environment = environment_with({"SKYQUEUE_REDIS_URL": "redis://found:6379/0"})
    assert environment["SKYQUEUE_REDIS_URL"] == "redis://found:6379/0"
    assert "SKYQUEUE_REDIS_URL_FILE" not in environment
    assert environment["UNTOUCHED"] == "yes"
