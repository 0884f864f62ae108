"""The administrator that a start creates or finds: the line about the password is right, also with a restored database."""

from __future__ import annotations

import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.db import Database
from core.settings import Accounts
from launcher import cli
from launcher.supervisor.administrator import Administrator, ensure
from launcher.supervisor.folder import DataFolder
from tests.support.administrators import ensure_admin, is_password_of


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with closing(DataFolder(tmp_path / "the data")) as folder:
        yield folder


def start(db: Database, folder: DataFolder, given: str | None = None) -> Administrator:
    """What `skyqueue up` does about the administrator. Its output never contains a password of another account."""
    found = ensure(db, Accounts(admin_password=SecretStr(given) if given else None), folder)
    assert "\n" not in found.sign_in
    if found.password_file is not None:
        assert found.password_file == str(folder.admin_password)
        assert is_password_of(db, "admin", folder.admin_password.read_text().strip())
    return found


def test_the_first_start_creates_a_password_and_the_next_one_prints_where_it_is(db: Database, folder: DataFolder) -> None:
    first = start(db, folder)
    password = folder.admin_password.read_text().strip()
    assert first.sign_in == f"Sign in as admin with the password {password}   (kept in {folder.admin_password})"
    assert stat.S_IMODE(folder.admin_password.stat().st_mode) == 0o600
    assert start(db, folder).sign_in == f"Sign in as admin; the password is in {folder.admin_password}"


def test_a_restored_database_with_another_password_is_reported_with_a_remedy(
    db: Database, folder: DataFolder, monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str
) -> None:
    ensure_admin(db, "admin", "the password of the other machine")
    folder.admin_password.write_text("the password of this folder\n")
    found = start(db, folder)
    assert found.password_file is None
    way_out = f"SKYQUEUE_ADMIN_PASSWORD=\"$(cat '{folder.admin_password}')\" skyqueue create-admin --reset-password"
    assert found.sign_in == (
        "Sign in as admin with the password that this account has in the database: "
        f"the one in {folder.admin_password} is another. To give it that one: {way_out}"
    )
    assert folder.admin_password.read_text() == "the password of this folder\n"  # it may be right for another database
    # The way out, as it is printed, leads out.
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    command = way_out.replace("skyqueue ", f"{shlex.quote(sys.executable)} -P -m launcher.cli ", 1)
    subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)
    assert start(db, folder).password_file == str(folder.admin_password)


def test_a_given_password_that_is_not_the_accounts_is_never_printed_as_right(db: Database, folder: DataFolder) -> None:
    start(db, folder)
    found = start(db, folder, given="another password")
    assert found.sign_in.endswith("; SKYQUEUE_ADMIN_PASSWORD is another one, and is not used")
    folder.admin_password.write_text("neither\n")
    assert start(db, folder, given="another password").sign_in == (
        "Sign in as admin with the password that this account has in the database: SKYQUEUE_ADMIN_PASSWORD and the one in "
        f"{folder.admin_password} are another. To give it that one: skyqueue create-admin --reset-password"
    )
    folder.admin_password.unlink()
    assert "SKYQUEUE_ADMIN_PASSWORD is another." in start(db, folder, given="another password").sign_in
    assert not folder.admin_password.exists()


def test_a_given_password_that_is_right_mends_the_file(db: Database, folder: DataFolder) -> None:
    ensure_admin(db, "admin", "the operator's own")
    folder.admin_password.write_text("left from before\n")
    assert start(db, folder, given="the operator's own").password_file is not None
    assert start(db, folder).sign_in == f"Sign in as admin; the password is in {folder.admin_password}"


def test_an_account_with_an_unknown_password_has_a_line_about_the_reset(db: Database, folder: DataFolder) -> None:
    ensure_admin(db, "admin", "known to somebody")
    assert start(db, folder).sign_in == (
        "Sign in as admin with the password that this account has in the database. To give it a new one: "
        "skyqueue create-admin --reset-password"
    )
    assert not folder.admin_password.exists()


def test_the_command_reports_an_unused_password_and_sets_it_with_the_option(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str, redis_url: str
) -> None:
    ensure_admin(db, "admin", "the password until now")
    monkeypatch.setenv("SKYQUEUE_DATABASE_URL", database_url)
    monkeypatch.setenv("SKYQUEUE_REDIS_URL", redis_url)
    monkeypatch.setenv("SKYQUEUE_ADMIN_PASSWORD", "the password from now on")
    notice = "existed, and keeps another password than this one; `skyqueue create-admin --reset-password` changes that"
    for arguments, status, message in (
        (["create-admin"], 1, f"skyqueue: warning: The administrator admin: {notice}.\n"),
        (["migrate"], 0, f"skyqueue: warning: The administrator admin: {notice}.\n"),
        (
            ["create-admin", "--reset-password"],
            0,
            "The administrator admin: has this password from now on, and has to sign in again everywhere.\n",
        ),
        (["create-admin"], 0, "The administrator admin: existed, with this password.\n"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == status
        output = capsys.readouterr()
        assert (output.err or output.out) == message
