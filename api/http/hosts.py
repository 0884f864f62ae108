"""Decide which host names the API accepts. A request with another name in its Host header is refused: an attacker can point a
domain at our address, so that a page of that domain can read our responses (DNS rebinding), or a cache stores them under that name.
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
    """The name in a Host header, without port and in lower case; None if it is not a valid header.

    The port is checked too, because Litestar reads it when it builds an address, and raises an error if it is invalid.
    """
    found = HOST.fullmatch(value)
    if found is None or int(found[2] or 0) >= PORTS:
        return None
    return found[1].decode().lower().removesuffix(".")


def allowed(names: str) -> Callable[[str], bool]:
    """A function that returns whether a name is accepted. `names`: separated by commas; `.example.com` for all subdomains, `*` for
    every name.

    Always accepted are IP addresses, names without a dot (of containers or the local network), names that end in `.localhost`,
    and the machine's own host name: an attacker cannot own any of them.
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
