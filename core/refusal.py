"""What stops a command or a process of the product, told in one line for each thing that is wrong."""

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
"""The exit status of what could not begin."""


@contextmanager
def refusing(program: str) -> Iterator[None]:
    """The beginning of a process. An error that an operator can mend ends it; whoever mends the others sees the traceback."""
    from core.settings import WrongSettings
    from core.startup import CannotStart

    try:
        yield
    except (CannotStart, WrongSettings) as error:
        raise SystemExit(refuse(program, *told(error))) from None


def read_settings(program: str) -> Settings:
    """The settings of the environment; variables that change nothing, though they look as if they did, are told.

    They are taken out of the environment of this process, so that no program that it starts tells them again.

    Raises:
        WrongSettings: what is wrong with them.
    """
    from core.environment import names
    from core.settings import Settings, known_variables

    settings = Settings()
    for name, line in names.unknown(os.environ, known_variables()).items():
        print(f"{program}: {line}", file=sys.stderr)
        del os.environ[name]
    return settings


def refuse(program: str, *lines: str) -> int:
    """Say it, and return the exit status."""
    for line in lines:
        print(f"{program}: {line}", file=sys.stderr)
    return REFUSED


def told(error: Exception) -> list[str]:
    """In words for the person at the terminal, one line for each thing that is wrong."""
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
            return [f"Something that nobody foresaw went wrong: {type(error).__name__}: {_first_line(error)}"]


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]
