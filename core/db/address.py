"""The address of the database. Only libpq parses `SKYQUEUE_DATABASE_URL`, so every connection understands it in the same way.

No error message contains the address, because it contains a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Final
from urllib.parse import parse_qsl

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from core.db.refusals import NO_ADDRESS, UNKNOWN_PARAMETER, UNUSABLE_PARAMETER, UnusableDatabase

SCHEMES: Final = ("postgresql", "postgres", "postgresql+psycopg")
CONNECT_SECONDS: Final = 2
TCP_USER_TIMEOUT_MS: Final = 10_000

_DEFAULTS: Final = {"connect_timeout": str(CONNECT_SECONDS), "tcp_user_timeout": str(TCP_USER_TIMEOUT_MS)}
"""Defaults that the address may override. Nothing else can interrupt a thread that waits inside the driver."""
_ALWAYS: Final = {"client_encoding": "UTF8", "target_session_attrs": "read-write"}
"""If the address has several hosts, the first one that accepts writes is used."""
_WRITABLE: Final = ("any", "read-write", "primary")


def conninfo(database_url: str, *, application: str, **more: str) -> str:
    """The connection string for the driver. Parameters of the address, such as `options`, take precedence over `more`.

    Raises:
        UnusableDatabase: the text is not an address, or has a parameter that we cannot use.
    """
    read = _read(database_url)
    _require_usable(read)
    return make_conninfo(**{**_DEFAULTS, **more, **read, **_ALWAYS, "application_name": application})


def require_valid(database_url: str) -> None:
    """Check the form of the address without connecting. Raises `UnusableDatabase`."""
    _require_usable(_read(database_url))


def shown(database_url: str) -> str:
    """Hosts and ports, without user and password."""
    read = _read(database_url)
    hosts = (read.get("host") or read.get("hostaddr") or "the given address").split(",")
    ports = read.get("port", "").split(",")
    ports *= len(hosts) if len(ports) == 1 else 1
    return ", ".join(f"{host}:{port}" if port else host for host, port in zip_longest(hosts, ports))


def _read(database_url: str) -> dict[str, str]:
    scheme, _, rest = database_url.partition("://")
    if scheme not in SCHEMES or not _is_plain(rest):
        raise UnusableDatabase(NO_ADDRESS)
    try:
        read = {name: str(value) for name, value in conninfo_to_dict(f"postgresql://{rest}").items()}
    except psycopg.Error:
        raise _unreadable(rest) from None  # libpq's message may contain the password
    if not all(port.isdigit() for port in read.get("port", "").split(",") if port):
        raise UnusableDatabase(NO_ADDRESS)
    return read


def _is_plain(rest: str) -> bool:
    """Whether the address has no `@` other than the one before the host. A second one is part of a password that was not
    percent-encoded; then a part of the password would be taken for the host, and shown in messages.
    """
    return rest.count("@") == rest.partition("/")[0].count("@") <= 1


def _unreadable(rest: str) -> UnusableDatabase:
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} | {"ssl"}
    for name, _ in parse_qsl(rest.rpartition("@")[2].partition("?")[2], keep_blank_values=True):
        if name not in known and name.isascii() and name.isidentifier():
            return UnusableDatabase(UNKNOWN_PARAMETER, name=name)
    return UnusableDatabase(NO_ADDRESS)


def _require_usable(read: Mapping[str, str]) -> None:
    refused = {"replication"} & read.keys()
    if read.get("target_session_attrs", "any") not in _WRITABLE:
        refused.add("target_session_attrs")
    for name in refused:
        raise UnusableDatabase(UNUSABLE_PARAMETER, name=name, value=read[name])
