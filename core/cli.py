"""The command line. Each command lives with its noun; here are their names, and how their failures are told."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from getpass import getpass
from importlib import import_module
from pathlib import Path

import psycopg
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from redis import Redis, RedisError
from sqlalchemy.exc import DBAPIError

from core import clock
from core.db import Database, opened
from core.embedded.errors import CannotStart
from core.errors import AppError
from core.flights import sample
from core.imports.storage import open_storage
from core.migrations import upgrade
from core.repair import invariants
from core.settings import Settings
from core.supervisor import join, schedule
from core.supervisor.up import up
from core.users.service import ensure_admin

Run = Callable[[argparse.Namespace], int | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of `skyqueue`. Ends with 0, 1 (and one line that says why) or 2 (asked in a wrong way)."""
    asked = _parser().parse_args(arguments)
    run: Run = asked.run
    try:
        status = run(asked) or 0
    except ValidationError as error:
        status = _refuse(*map(_wrong_setting, error.errors()))
    except CannotStart as error:
        status = _refuse(str(error))
    except AppError as error:
        status = _refuse(error.detail)
    except (DBAPIError, psycopg.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        status = _refuse(f"The database says: {str(said).strip().partition(chr(10))[0]}")
    except RedisError as error:
        status = _refuse(f"Redis says: {error}")
    except KeyboardInterrupt:
        status = 130
    except OSError as error:
        remedy = " Make room there." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        status = _refuse(f"{error.filename or 'The system'}: {error.strerror or error}.{remedy}")
    raise SystemExit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="skyqueue", description="A flight booking pipeline built around a task queue.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Run, purpose: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=purpose, description=purpose)
        added.set_defaults(run=run)
        return added

    everything = command("up", _up, "Run everything on this machine until Ctrl-C, on servers of our own unless others are named.")
    everything.add_argument("--no-sample", action="store_true", help="start empty, without the sample schedule")
    command("api", _api, "Run one API process.")
    command("worker", _worker, "Run one worker process.")
    command(
        "migrate",
        _migrate,
        "Bring the database to the newest schema; with SKYQUEUE_ADMIN_PASSWORD set, create the administrator too.",
    )
    schedule_of = command("sample", _sample, "Load the sample schedule through the importer; a worker has to run.")
    schedule_of.add_argument("--output", type=Path, help="only write it to this CSV file")
    command("audit", _audit, "Check every invariant; the exit status is 1 when one is violated.")
    admin = command("create-admin", _create_admin, "Make sure that the administrator of SKYQUEUE_ADMIN_USERNAME exists.")
    admin.add_argument("--username", help="instead of SKYQUEUE_ADMIN_USERNAME")
    document = command("openapi", _openapi, "Write the API's OpenAPI document.")
    document.add_argument("--output", type=Path, help="a file; without it, the terminal")
    return parser


def _up(asked: argparse.Namespace) -> None:
    up(Settings(), sample=not asked.no_sample)


def _api(_asked: argparse.Namespace) -> None:
    if Settings().accounts.jwt_secret is None:
        raise CannotStart(
            "Not set: SKYQUEUE_JWT_SECRET.", "Every API process of one installation needs the same 32 bytes or more."
        )
    _become("api.serve")


def _worker(_asked: argparse.Namespace) -> None:
    _become("workers.main")


def _migrate(_asked: argparse.Namespace) -> None:
    settings = Settings()
    upgrade(join.find(settings.servers).database_url)
    print("The database has the newest schema.")
    if settings.accounts.admin_password is not None:
        _create_admin(argparse.Namespace(username=None))


def _sample(asked: argparse.Namespace) -> None:
    if asked.output is not None:
        print(f"{sample.write_csv(asked.output, start=clock.now().date())} flights in {asked.output}")
        return
    servers = Settings().servers
    with _database() as database:
        loading = schedule.load(database, join.find(servers).redis_url, open_storage(servers))
        loading.wait()
        print(f"{loading.count()} flights are in the database.")


def _audit(_asked: argparse.Namespace) -> int:
    redis_url = join.find(Settings().servers).redis_url
    with _database() as database, database.transaction() as connection, Redis.from_url(redis_url, socket_timeout=30) as client:
        violations = invariants.check(connection, client)
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations." if violations else "Every invariant holds.")
    return 1 if violations else 0


def _create_admin(asked: argparse.Namespace) -> None:
    accounts = Settings().accounts
    username = asked.username or accounts.admin_username
    password = accounts.admin_password.get_secret_value() if accounts.admin_password else _ask_password(username)
    with _database() as database:
        print(f"The administrator {username}: {ensure_admin(database, username, password)}.")


def _openapi(asked: argparse.Namespace) -> None:
    document = import_module("api.app").create_app().openapi_schema.to_schema()
    written = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if asked.output is None:
        sys.stdout.write(written)
    else:
        asked.output.write_text(written, encoding="utf-8")


def _become(module: str) -> None:
    """Replace this process by a program of an edge, which the core may not import."""
    os.execve(sys.executable, [sys.executable, "-P", "-m", module], join.find(Settings().servers).environment)


def _database() -> AbstractContextManager[Database]:
    return opened(join.find(Settings().servers).database_url, pool_size=2, application="skyqueue-cli")


def _ask_password(username: str) -> str:
    if not sys.stdin.isatty():
        raise CannotStart(f"No password for {username}.", "Set SKYQUEUE_ADMIN_PASSWORD, or run this in a terminal.")
    return getpass(f"Password for {username}: ")


def _wrong_setting(error: ErrorDetails) -> str:
    said = error["msg"].removeprefix("Value error, ")
    # What is wrong with two settings together names them itself.
    return f"SKYQUEUE_{'_'.join(map(str, error['loc'])).upper()}: {said}" if error["loc"] else said


def _refuse(*lines: str) -> int:
    for line in lines:
        print(f"skyqueue: {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
