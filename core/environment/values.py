"""Clean the value of an environment variable. A value that is not clear is refused instead of guessed."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final, get_args

from pydantic import SecretStr

QUOTES: Final = "\"'`"


def cleaned(variable: str, value: str, wanted: object) -> str:
    """The value without spaces around it; empty if it is blank. `wanted`: the type of the setting.

    In a secret, spaces are kept. A value in quotes is refused: a shell removes quotes, but other programs that read such lines
    (`docker run --env-file`) do not.

    Raises:
        ValueError: the message begins with the variable's name, and never contains the value.
    """
    bare = value.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in QUOTES:
        raise ValueError(f"{variable} is in quotes, which belong to the value here. Write it without them.")
    if _is(SecretStr, wanted):
        if bare and any(unicodedata.category(each) == "Cc" for each in value):
            raise ValueError(f"{variable} has a character that cannot be seen, a line break for example. Write it without.")
        return value if bare else ""
    if _is(Path, wanted) and bare not in ("", value):
        raise ValueError(f"{variable} begins or ends with a space, which belongs to the path here. Write it without.")
    return bare


def _is(kind: type[object], wanted: object) -> bool:
    return wanted is kind or kind in get_args(wanted)
