"""The Lua scripts that change seat counts in Redis. Each file in `lua/` begins with a description of its keys, arguments and
answers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Script:
    source: str

    @property
    def sha(self) -> str:
        """The SHA-1 by which Redis identifies the script."""
        return hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Scripts:
    reserve: Script
    release: Script
    load: Script


def _read(name: str) -> Script:
    return Script(files("core.seats").joinpath("lua", f"{name}.lua").read_text())


SCRIPTS: Final = Scripts(_read("reserve"), _read("release"), _read("load"))
