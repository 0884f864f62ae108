"""The first administrator of an installation, and the file with the password."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from core.db import Database
from core.settings import Accounts
from core.users.service import AdminOutcome, ensure_admin, is_password_of
from launcher.embedded import secrets
from launcher.supervisor.folder import DataFolder

PASSWORD_BYTES = 12


@dataclass(frozen=True)
class Administrator:
    username: str
    password_file: str | None
    """The path of the file with the password of the account. None: only the operator knows the password."""
    sign_in: str
    """A line for the terminal that says how to sign in."""


def ensure(database: Database, accounts: Accounts, folder: DataFolder) -> Administrator:
    """Create the account if it does not exist. An existing account keeps its password.

    The password is stored in the data folder. If the account has another password, for example after a restore, a line says so, and the file
    is not changed.
    """
    username, file = accounts.admin_username, folder.admin_password
    given = accounts.admin_password.get_secret_value() if accounts.admin_password else None
    was_kept = file.exists()
    password = given or secrets.load_or_create(file, PASSWORD_BYTES)
    with database.unit_of_work() as session:
        outcome = ensure_admin(session, username, password)
    if outcome is not AdminOutcome.KEPT_OTHER:
        if given is not None:
            secrets.write(file, given)
        if given is None and outcome is not AdminOutcome.EXISTED:
            return Administrator(username, str(file), f"Sign in as {username} with the password {password}   (kept in {file})")
        return Administrator(username, str(file), f"Sign in as {username}; the password is in {file}")
    if not was_kept:
        file.unlink(missing_ok=True)
    elif _knows(database, username, secrets.load_or_create(file)):
        not_given = "; SKYQUEUE_ADMIN_PASSWORD is another one, and is not used" if given else ""
        return Administrator(username, str(file), f"Sign in as {username}; the password is in {file}{not_given}")
    return Administrator(username, None, _another_password(username, folder, is_given=given is not None, is_kept=was_kept))


def _knows(database: Database, username: str, password: str) -> bool:
    with database.unit_of_work() as session:
        return is_password_of(session, username, password)


def _another_password(username: str, folder: DataFolder, *, is_given: bool, is_kept: bool) -> str:
    """The line for an account whose password is not the known one."""
    file = folder.admin_password
    wrong = [*(["SKYQUEUE_ADMIN_PASSWORD"] if is_given else []), *([f"the one in {file}"] if is_kept else [])]
    line = f"Sign in as {username} with the password that this account has in the database"
    if wrong:
        line += f": {' and '.join(wrong)} {'are' if len(wrong) > 1 else 'is'} another"
    password = "" if is_given or not is_kept else f'SKYQUEUE_ADMIN_PASSWORD="$(cat {shlex.quote(str(file))})" '
    which = "that" if wrong else "a new"
    return f"{line}. To give it {which} one: {password}skyqueue create-admin --reset-password"
