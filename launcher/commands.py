"""What each command of `skyqueue` does. The work itself is in the packages of its noun; this module calls it.

A command returns its exit status, or None for 0. `launcher.cli` prints what it raises.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import timedelta
from getpass import getpass
from importlib import import_module
from typing import Final, NoReturn

from core.clock import now
from core.db import Database, opened
from core.imports.storage.opening import open_storage
from core.invariants import checker
from core.invariants.lasting import find_lasting
from core.migrations import check
from core.migrations.upgrade import upgrade
from core.redis import clients, suitability
from core.refusal import read_settings
from core.settings import Servers, Settings
from core.startup import CannotStart
from core.users import service
from core.users.models import Role
from core.users.service import AdminOutcome, ensure_admin
from launcher.backup.backup import write as write_backup
from launcher.backup.restore import restore as restore_backup
from launcher.prune import count_old, delete_old
from launcher.reconciliation import find_unreconciled
from launcher.sample import sample_import
from launcher.supervisor import server_discovery, standalone_servers
from launcher.supervisor.folder import locate
from launcher.supervisor.make_secrets import DefaultAddresses, ServerPasswords, make
from launcher.supervisor.up import up as run_everything

AUDIT_SECONDS: Final = 30.0
"""The time limit of a call to Redis in the audit, whose answers may be long."""


def up(arguments: argparse.Namespace) -> None:
    settings = _settings()
    run_everything(settings, sample=settings.start.sample == "on" and not arguments.no_sample)


def api(_arguments: argparse.Namespace) -> NoReturn:
    if _settings().accounts.jwt_secret is None:
        raise CannotStart(
            "Not set: SKYQUEUE_JWT_SECRET.", "Every API process of one installation needs the same 32 bytes or more."
        )
    _exec("api.serve")


def worker(_arguments: argparse.Namespace) -> NoReturn:
    _exec("workers.main")


def migrate(_arguments: argparse.Namespace) -> None:
    settings = _settings()
    database_url = server_discovery.find(settings.servers).database_url
    check.require(database_url, tables=False)
    warning = upgrade(database_url)
    if warning:
        _warn(warning)
    else:
        print("The database has the newest schema.")
    if settings.accounts.admin_password is not None:
        _ensure_admin()


def sample(arguments: argparse.Namespace) -> None:
    if arguments.output is not None:
        print(f"{sample_import.write(arguments.output, say=print)} flights in {arguments.output}")
        return
    settings = _settings()
    if not arguments.if_empty:
        _load_sample(settings.servers, only_if_empty=False)
    elif settings.start.sample == "off":
        print("SKYQUEUE_SAMPLE is off: no schedule was loaded.")
    else:
        try:
            _load_sample(settings.servers, only_if_empty=True)
        except Exception as error:  # everything works without the sample schedule, so no error of it may stop the start
            _warn(f"The sample schedule was not loaded: {str(error).partition(chr(10))[0]}")


def _load_sample(servers: Servers, *, only_if_empty: bool) -> None:
    redis_url = _redis_url()
    with _database() as database:
        if only_if_empty and not sample_import.is_needed(database, also_if_departed=False):
            print("The database has flights already: no schedule was loaded.")
            return
        running = sample_import.start(database, redis_url, open_storage(servers), say=print)
        running.wait()
        print(f"{running.count()} flights are in the database.")


def audit(arguments: argparse.Namespace) -> int:
    redis_url = _redis_url()
    settings = _settings()
    payments_url = settings.payments.payments_url or server_discovery.find(settings.servers).payments_url
    with _database() as database, clients.connect(redis_url, seconds=AUDIT_SECONDS) as client:

        def find_violations() -> list[checker.Violation]:
            with database.transaction() as connection:
                found = [
                    *checker.check(connection, client, at_work=arguments.live),
                    *checker.find_given_up(connection, client),
                ]
            return [*found, *(find_unreconciled(database, payments_url) if payments_url else [])]

        violations = find_lasting(find_violations) if arguments.live else find_violations()
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations." if violations else "Every invariant holds.")
    return 1 if violations else 0


def create_admin(arguments: argparse.Namespace) -> int:
    """Returns 1 when the administrator exists and keeps another password than the one that was given."""
    return 1 if _ensure_admin(arguments.username, reset=arguments.reset_password) is AdminOutcome.KEPT_OTHER else 0


def _ensure_admin(username: str | None = None, *, reset: bool = False) -> AdminOutcome:
    """Create the administrator if needed, and print the result; as a warning, if the given password is not used."""
    accounts = _settings().accounts
    name = username or accounts.admin_username
    password = accounts.admin_password.get_secret_value() if accounts.admin_password else _ask_password(name)
    with _database() as database, database.unit_of_work() as session:
        outcome = ensure_admin(session, name, password, reset=reset)
    if outcome is AdminOutcome.KEPT_OTHER:
        _warn(f"The administrator {name}: {outcome}; `skyqueue create-admin --reset-password` changes that.")
    else:
        print(f"The administrator {name}: {outcome}.")
    return outcome


def set_password(arguments: argparse.Namespace) -> None:
    password = getpass(f"New password for {arguments.username}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CannotStart(f"No password for {arguments.username}.", "Write it on the standard input, or run this in a terminal.")
    with _database() as database, database.unit_of_work() as session:
        if not service.set_password(session, arguments.username, password):
            raise _no_such_account(arguments.username)
    print(f"{arguments.username} has this password from now on, and has to sign in again everywhere.")


def set_role(arguments: argparse.Namespace) -> None:
    with _database() as database, database.unit_of_work() as session:
        if not service.set_role(session, arguments.username, Role(arguments.role)):
            raise _no_such_account(arguments.username)
    print(f"{arguments.username} is {arguments.role} from now on, and has to sign in again everywhere.")


def _no_such_account(username: str) -> CannotStart:
    return CannotStart(f"No account has the name {username}.", "Names are compared without case.")


def make_secrets(arguments: argparse.Namespace) -> None:
    addresses = DefaultAddresses(postgres=arguments.postgres, valkey=arguments.valkey, payments_url=arguments.payments)
    report = make(arguments.folder, _settings(), ServerPasswords(), addresses)
    for origin, names in (("Given", report.given), ("Kept", report.kept), ("Made", report.made)):
        if names:
            print(f"{origin}: {', '.join(names)}.")
    for warning in report.warnings:
        _warn(warning)


def backup(arguments: argparse.Namespace) -> None:
    settings = _settings()
    with ExitStack() as stack:
        database_url = server_discovery.find_database(settings.servers)
        if database_url is None:
            database_url = stack.enter_context(standalone_servers.running(settings)).database_url
        check.require(database_url)
        manifest = write_backup(database_url, arguments.file)
    # On standard error, because the backup itself may go to standard output.
    print(f"{manifest.rows} rows of {len(manifest.tables)} tables are in the backup {arguments.file}.", file=sys.stderr)


def restore(arguments: argparse.Namespace) -> None:
    settings = _settings()
    servers_are_named = settings.servers.database_url and settings.servers.redis_url
    with (
        nullcontext(server_discovery.find(settings.servers))
        if servers_are_named
        else standalone_servers.running(settings) as addresses
    ):
        check.require(addresses.database_url, tables=False)
        suitability.require(addresses.redis_url, may_be_away=False)
        with clients.connect(addresses.redis_url, seconds=AUDIT_SECONDS) as client:
            manifest = restore_backup(addresses.database_url, client, arguments.file)
    print(
        f"{manifest.rows} rows of {len(manifest.tables)} tables are restored, as they were on {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC."
    )


def prune(arguments: argparse.Namespace) -> None:
    before = now() - timedelta(days=arguments.days)
    with _database() as database:
        for what, rows in count_old(database, before) if arguments.dry_run else delete_old(database, before):
            print(f"{rows} {what} {'would be' if arguments.dry_run else 'were'} removed.")


def openapi(arguments: argparse.Namespace) -> None:
    document = import_module("api.app").create_app().openapi_schema.to_schema()
    written = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if arguments.output is None:
        sys.stdout.write(written)
    else:
        arguments.output.write_text(written, encoding="utf-8")


def _warn(warning: str) -> None:
    print(f"skyqueue: warning: {warning}", file=sys.stderr)


def _exec(module: str) -> NoReturn:
    """Replace this process by a program of `api` or `workers`."""
    os.execve(sys.executable, [sys.executable, "-P", "-m", module], server_discovery.find(_settings().servers).environment)


def _settings() -> Settings:
    """The settings. `~` and links in the path of the data folder are resolved, so that every command has the same path."""
    settings = read_settings("skyqueue")
    settings.servers = settings.servers.model_copy(update={"data_dir": locate(settings.servers.data_dir)})
    return settings


def _database() -> AbstractContextManager[Database]:
    database_url = server_discovery.find(_settings().servers).database_url
    check.require(database_url)
    return opened(database_url, pool_size=2, application="skyqueue-cli")


def _redis_url() -> str:
    """The address of Redis, after a check that it answers and can be used."""
    redis_url = server_discovery.find(_settings().servers).redis_url
    suitability.require(redis_url, may_be_away=False)
    return redis_url


def _ask_password(username: str) -> str:
    if not sys.stdin.isatty():
        raise CannotStart(f"No password for {username}.", "Set SKYQUEUE_ADMIN_PASSWORD, or run this in a terminal.")
    return getpass(f"Password for {username}: ")
