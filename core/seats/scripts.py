"""The Lua scripts that move seats in Redis; each file of `lua/` begins with its keys, arguments and answers."""

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
        """What Redis calls it."""
        return hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Scripts:
    reserve: Script
    release: Script
    load: Script


def _read(name: str) -> Script:
    return Script(files("core.seats").joinpath("lua", f"{name}.lua").read_text())


SCRIPTS: Final = Scripts(_read("reserve"), _read("release"), _read("load"))
