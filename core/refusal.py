"""Report why a command or a process cannot run: one line for each problem."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.settings import Settings

REFUSED: Final = 1
"""The exit status of a process that could not start."""


@contextmanager
def refusing(program: str) -> Iterator[None]:
    """For the start of a process. An error that an operator can correct ends the process with one line; other errors show a
    traceback.
    """
    from core.settings import WrongSettings
    from core.startup import CannotStart

    try:
        yield
    except (CannotStart, WrongSettings) as error:
        raise SystemExit(refuse(program, *describe(error))) from None


def read_settings(program: str) -> Settings:
    """Read the settings from the environment. Variables that look like settings but have no effect are reported.

    They are removed from the environment of this process, so that child processes do not report them again.

    Raises:
        WrongSettings: a setting has a wrong value or name.
    """
    from core.environment import names
    from core.settings import Settings, known_variables

    settings = Settings()
    for name, line in names.unknown(os.environ, known_variables()).items():
        print(f"{program}: {line}", file=sys.stderr)
        del os.environ[name]
    return settings


def refuse(program: str, *lines: str) -> int:
    """Print the lines, and return the exit status."""
    for line in lines:
        print(f"{program}: {line}", file=sys.stderr)
    return REFUSED


def describe(error: Exception) -> list[str]:
    """The error in words for the person at the terminal, one line for each problem."""
    import psycopg
    from redis import RedisError
    from sqlalchemy.exc import DBAPIError

    from core.environment.files import WrongFile
    from core.errors import AppError
    from core.settings import WrongSettings
    from core.startup import CannotStart

    match error:
        case WrongSettings():
            return list(error.lines)
        case CannotStart() | WrongFile():
            return [str(error)]
        case AppError():
            return [error.detail]
        case DBAPIError(orig=CannotStart() as unusable):
            return [str(unusable)]
        case DBAPIError() | psycopg.Error():
            said = error.orig if isinstance(error, DBAPIError) else error
            return [f"The database says: {_first_line(said)}"]
        case RedisError():
            return [f"Redis says: {_first_line(error)}"]
        case OSError():
            remedy = " Make room there." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
            return [f"{error.filename or 'The system'}: {error.strerror or error}.{remedy}"]
        case _:
            return [f"An unexpected error: {type(error).__name__}: {_first_line(error)}"]


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
