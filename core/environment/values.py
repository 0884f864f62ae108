"""What stands in a variable, made into what its writer meant. What is not clear is refused rather than guessed."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final, get_args

from pydantic import SecretStr

QUOTES: Final = "\"'`"


def cleaned(variable: str, value: str, wanted: object) -> str:
    """The value without spaces around it; empty: nothing was written. `wanted`: the type that it is to become.

    Spaces belong to a secret, and quotes to nothing: a shell takes them away, and other readers of such lines leave them.

    Raises:
        ValueError: a sentence that begins with the variable's name, and never quotes the value.
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
