"""The command line: the commands, their options, and how errors are reported. What the commands do is in `launcher/commands.py`.

Slow imports happen inside `main`, so that Ctrl-C during them prints no traceback.
"""

from __future__ import annotations

import argparse
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from core import __version__, refusal

PRUNE_AFTER_DAYS: Final = 90
"""After how many days `skyqueue prune` deletes rows that nobody needs, by default."""

Run = Callable[[argparse.Namespace], int | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of `skyqueue`. Exit status: 0; 1 with one line that says why; 2 for a wrong command line."""
    try:
        with _ctrl_c_ends_at_once():
            parsed = _parser().parse_args(arguments)
            run = cast("Run", getattr(import_module("launcher.commands"), parsed.run))
        status = run(parsed) or 0
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # every error is reported in one line, without a traceback
        status = refusal.refuse("skyqueue", *refusal.describe(error))
    raise SystemExit(status)


@contextmanager
def _ctrl_c_ends_at_once() -> Iterator[None]:
    """End the process at once on Ctrl-C, while nothing runs that has to be stopped. During an import of modules, Ctrl-C could
    otherwise appear as any error.

    A shell starts background jobs of a script with Ctrl-C (SIGINT) ignored, and child processes inherit that. Here the signal
    takes effect again.
    """
    if signal.getsignal(signal.SIGINT) not in (signal.default_int_handler, signal.SIG_IGN):
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="skyqueue", description="A flight booking pipeline built around a task queue.")
    parser.add_argument("--version", action="version", version=f"skyqueue {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, purpose: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=purpose, description=purpose)
        added.set_defaults(run=name.replace("-", "_"))
        return added

    up = command("up", "Run everything on this machine until Ctrl-C, with embedded servers unless the settings name others.")
    up.add_argument("--no-sample", action="store_true", help="start empty, without the sample schedule")
    command("api", "Run one API process.")
    command("worker", "Run one worker process.")
    command(
        "migrate",
        "Migrate the database to the newest schema. If SKYQUEUE_ADMIN_PASSWORD is set, create the administrator too.",
    )
    sample = command("sample", "Import the sample schedule. A worker must be running.")
    sample.add_argument("--output", type=Path, help="only write it to this CSV file")
    sample.add_argument(
        "--if-empty",
        action="store_true",
        help="only if the database has no flights and SKYQUEUE_SAMPLE is not off; the exit status is 0 even if it fails",
    )
    audit = command("audit", "Check every invariant. The exit status is 1 if one is violated.")
    audit.add_argument(
        "--live", action="store_true", help="for a system that is working: report only what two checks, 10 s apart, both find"
    )
    create_admin = command("create-admin", "Make sure that the administrator of SKYQUEUE_ADMIN_USERNAME exists.")
    create_admin.add_argument("--username", help="instead of SKYQUEUE_ADMIN_USERNAME")
    create_admin.add_argument("--reset-password", action="store_true", help="give an administrator who exists this password")
    set_password = command("set-password", "Give an account a new password; it signs in again everywhere.")
    set_password.add_argument("username", metavar="USER")
    set_role = command(
        "set-role", "Make an account a traveller, an agent (who reads what administrators read) or an administrator."
    )
    set_role.add_argument("username", metavar="USER")
    set_role.add_argument("role", metavar="ROLE", choices=("traveller", "agent", "admin"), help="traveller, agent or admin")
    backup = command(
        "backup", "Write all data in Postgres to one file, as it is at one moment. The API and the workers may run meanwhile."
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file, which only its owner can read; -: standard output")
    restore = command("restore", "Restore a backup into an empty installation, while nothing runs.")
    restore.add_argument("file", type=Path, metavar="FILE", help="a file that `skyqueue backup` has written; -: standard input")
    prune = command("prune", "Delete old rows that nobody needs. Bookings, payments, accounts and the audit log are kept.")
    prune.add_argument(
        "--days", type=_days, default=PRUNE_AFTER_DAYS, help=f"the age in days, at least 1; {PRUNE_AFTER_DAYS} by default"
    )
    prune.add_argument("--dry-run", action="store_true", help="only print how many rows would be deleted")
    make_secrets = command("make-secrets", "Create the secrets of an installation in containers, each in a file of its own.")
    make_secrets.add_argument("folder", type=Path, help="the folder of the files; its owner can read them")
    make_secrets.add_argument(
        "--postgres", required=True, metavar="USER@HOST:PORT/DATABASE", help="unless SKYQUEUE_DATABASE_URL is set"
    )
    make_secrets.add_argument("--valkey", required=True, metavar="HOST:PORT/DATABASE", help="unless SKYQUEUE_REDIS_URL is set")
    make_secrets.add_argument("--payments", required=True, metavar="URL", help="unless SKYQUEUE_PAYMENTS_URL is set")
    openapi = command("openapi", "Write the API's OpenAPI document.")
    openapi.add_argument("--output", type=Path, help="a file; by default, standard output")
    return parser


def _days(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text):
        raise argparse.ArgumentTypeError(f"{text!a} is not a number of days from 1 to 99999")
    return int(text)


if __name__ == "__main__":
    main()
