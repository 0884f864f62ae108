"""Which names we answer to. A request for another name was not meant for us: a name of a stranger may point at our address, so that a page
of theirs reads our answers as its own (DNS rebinding), or a cache keeps them under that name.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::([0-9]{0,5}))?")
PORTS: Final = 65_536
ANY: Final = "*"


@lru_cache(1024)
def read_host(value: bytes) -> str | None:
    """The name of a Host header, without port and in small letters; None where it names no host.

    Litestar reads the port wherever it builds an address, and raises for what is none.
    """
    found = HOST.fullmatch(value)
    if found is None or int(found[2] or 0) >= PORTS:
        return None
    return found[1].decode().lower().removesuffix(".")


def allowed(names: str) -> Callable[[str], bool]:
    """Whether a name is ours. `names`: a list with commas, `.example.com` for all below it, `*` for every name.

    Always ours are addresses, names without a dot (those of a container, of this network: no stranger can own one), what ends in `.localhost`,
    and what this machine calls itself: none of them can be made to point here by somebody else.
    """
    listed = frozenset(name.strip().lower().removesuffix(".") for name in names.split(",") if name.strip())
    own = socket.gethostname().lower()

    @lru_cache(1024)
    def is_ours(name: str) -> bool:
        if ANY in listed or name in listed or "." not in name or name == own or name.endswith(".localhost"):
            return True
        parents = (name[at:] for at, letter in enumerate(name) if letter == ".")
        return any(parent in listed for parent in parents) or _is_address(name)

    return is_ours


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
