"""Make the secrets of an installation in containers, in a folder that its containers share.

Each secret is in a file with the name of its setting. If the environment has the setting, its value is used, also if it has changed; otherwise
the file of an earlier run is kept; otherwise a random secret is made. Addresses of servers contain passwords, so they are secrets too.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import SecretStr

from core.db import address
from core.environment.files import OR_FILE, Environment, read_line
from core.redis import address as redis_address
from core.settings import Settings
from launcher.embedded import secrets
from launcher.supervisor import environment
from launcher.supervisor.administrator import PASSWORD_BYTES

VALKEY_CONF: Final = "valkey.conf"
"""Valkey runs as another account, so all accounts that can see the folder can read this file. It has the SHA-256 of the password only."""
POSTGRES_CHANGED: Final = "POSTGRES_PASSWORD has changed: Postgres keeps the old one until it is changed there too."
ADMIN_CHANGED: Final = "SKYQUEUE_ADMIN_PASSWORD has changed: an administrator who exists keeps the old one until it is reset."


class ServerPasswords(Environment):
    """Passwords of the servers. The container image of Postgres uses the same variables."""

    postgres_password: Annotated[SecretStr | None, OR_FILE] = None
    valkey_password: Annotated[SecretStr | None, OR_FILE] = None


@dataclass(frozen=True)
class DefaultAddresses:
    """The addresses of the servers of the installation that are used unless the settings name others."""

    postgres: str
    """`user@host:port/database`"""
    valkey: str
    """`host:port/database`"""
    payments_url: str


@dataclass
class Report:
    """The names of the secrets by their origin, and warnings for the operator."""

    given: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def make(folder: Path, settings: Settings, passwords: ServerPasswords, addresses: DefaultAddresses) -> Report:
    """Write the files that are missing or have changed. Raises `CannotStart`, `UnusableDatabase` or `WrongFile` when a secret cannot be used."""
    accounts, servers, payments = settings.accounts, settings.servers, settings.payments
    if accounts.jwt_secret is not None:
        environment.long_enough(accounts.jwt_secret.get_secret_value(), "SKYQUEUE_JWT_SECRET", "Set another")
    if servers.database_url:
        address.require_valid(servers.database_url)
    if servers.redis_url:
        redis_address.parse(servers.redis_url)

    files = _Files(folder)
    files.determine("jwt_secret", accounts.jwt_secret)
    files.determine("payments_secret", payments.payments_secret)
    files.determine("admin_password", accounts.admin_password, random_bytes=PASSWORD_BYTES, when_changed=ADMIN_CHANGED)
    postgres = files.determine("postgres_password", passwords.postgres_password, when_changed=POSTGRES_CHANGED)
    valkey = files.determine("valkey_password", passwords.valkey_password)

    user, _, server = addresses.postgres.partition("@")
    files.write("database_url", servers.database_url or f"postgresql://{user}:{quote(postgres, safe='')}@{server}")
    files.write("redis_url", servers.redis_url or f"redis://:{quote(valkey, safe='')}@{addresses.valkey}")
    files.write("payments_url", payments.payments_url or addresses.payments_url)
    if servers.storage_url is not None:
        files.write("storage_url", servers.storage_url.get_secret_value())
    if settings.mail.smtp_url is not None:
        files.write("smtp_url", settings.mail.smtp_url.get_secret_value())
    digest = hashlib.sha256(valkey.encode()).hexdigest()
    files.write(VALKEY_CONF, f"user default on #{digest} ~* &* +@all", mode=0o644)
    return files.report


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owner = folder.stat() if os.geteuid() == 0 else None
        """The owner of the folder, who becomes the owner of the files; None: this process is not root, and cannot change owners."""
        self.report = Report()

    def determine(self, name: str, given: SecretStr | None, *, random_bytes: int = 32, when_changed: str | None = None) -> str:
        """The secret that is used from now on. `when_changed`: a warning for the case that it differs from the one before."""
        path = self._folder / name
        before = read_line(name, path) if path.exists() else None
        if given is not None:
            secret = given.get_secret_value()
            self.report.given.append(name)
            if when_changed and before not in (None, secret):
                self.report.warnings.append(when_changed)
        elif before is not None:
            secret = before
            self.report.kept.append(name)
        else:
            secret = token_urlsafe(random_bytes)
            self.report.made.append(name)
        self.write(name, secret)
        return secret

    def write(self, name: str, content: str, *, mode: int = 0o600) -> None:
        path = self._folder / name
        if not path.exists() or read_line(name, path) != content:
            secrets.write(path, content, mode=mode, owner=self._owner)
