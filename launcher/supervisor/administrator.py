"""The first administrator of an installation, and the file that remembers the password."""

from __future__ import annotations

from core.db import Database
from core.settings import Accounts
from core.users.service import AdminOutcome, ensure_admin
from launcher.embedded import secrets
from launcher.supervisor.folder import DataFolder

PASSWORD_BYTES = 12


def ensure(database: Database, accounts: Accounts, folder: DataFolder) -> bool:
    """Create the account if it is missing. True: its password was made up here, just now.

    The password of an account that we create is kept in the data folder; one that exists keeps the password it has.
    """
    given = accounts.admin_password.get_secret_value() if accounts.admin_password else None
    was_kept = folder.admin_password.exists()
    password = given or secrets.kept(folder.admin_password, PASSWORD_BYTES)
    outcome = ensure_admin(database, accounts.admin_username, password)
    if outcome is AdminOutcome.EXISTED:
        if not was_kept:
            folder.admin_password.unlink(missing_ok=True)
        return False
    secrets.write(folder.admin_password, password)
    return given is None


def password_file(folder: DataFolder) -> str | None:
    """None: the account is older than this data folder, and only the operator knows its password."""
    return str(folder.admin_password) if folder.admin_password.exists() else None
