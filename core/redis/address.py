"""Parse the address of a Redis server (`SKYQUEUE_REDIS_URL`). Anything that the driver would misread or silently ignore is
refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from core.redis import refusals
from core.redis.refusals import UnusableRedis

SCHEMES: Final = {"redis": "redis", "valkey": "redis", "rediss": "rediss", "valkeys": "rediss", "unix": "unix"}
"""Each accepted scheme, and the scheme that the driver uses for it."""
TLS_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
TLS_PARAMETERS: Final = (*TLS_FILES, "ssl_cert_reqs", "ssl_check_hostname", "ssl_password")
VALUES: Final = {"ssl_cert_reqs": ("required", "optional", "none"), "ssl_check_hostname": ("true", "false")}
DEFAULT_PORT: Final = 6379


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    """The address for the driver. It contains the password."""
    place: str
    """Host and port, or the path of the socket, for messages."""
    user: str
    has_password: bool
    database: int

    @property
    def uses_tls(self) -> bool:
        return self.url.startswith("rediss://")

    @property
    def host_and_port(self) -> tuple[str, int] | None:
        """None: a Unix socket."""
        parts = urlsplit(self.url)
        return None if parts.scheme == "unix" else (parts.hostname or "localhost", parts.port or DEFAULT_PORT)


def parse(text: str) -> Address:
    """Raises `UnusableRedis`, whose message contains neither user nor password."""
    scheme, separator, _ = text.partition("://")
    scheme = scheme.lower() if separator else ""
    if "sentinel" in scheme or "cluster" in scheme:
        raise UnusableRedis(refusals.OTHER_KIND, kind="Sentinel" if "sentinel" in scheme else "Cluster")
    if scheme not in SCHEMES:
        raise UnusableRedis(refusals.NO_ADDRESS)
    parts = _split(text)
    parameters = _parameters(parts, scheme)
    has_path_database = scheme != "unix" and parts.path not in ("", "/")
    database = parts.path.removeprefix("/") if has_path_database else parameters.get("db", "0")
    if not (database.isascii() and database.isdigit()) or (has_path_database and "db" in parameters):
        raise UnusableRedis(refusals.NO_DATABASE_NUMBER)
    return Address(
        url=f"{SCHEMES[scheme]}{text[len(scheme) :]}",
        place=unquote(parts.path) if scheme == "unix" else parts.netloc.rpartition("@")[2] or f"localhost:{DEFAULT_PORT}",
        user=unquote(parts.username or "") or parameters.get("username", "") or "default",
        has_password=bool(parts.password or parameters.get("password")),
        database=int(database),
    )


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise UnusableRedis(refusals.NO_ADDRESS) from None
    # A second `@`, or a `#`, is part of a password that was not percent-encoded. Then a part of the password would be taken for
    # the host, and shown in messages.
    is_plain = text.count("@") == parts.netloc.count("@") <= 1 and "#" not in text
    if not is_plain or not all(each.isprintable() and each != " " for each in text):
        raise UnusableRedis(refusals.NO_ADDRESS)
    host = parts.netloc.rpartition("@")[2]
    if "," in host:
        raise UnusableRedis(refusals.SEVERAL_HOSTS)
    if parts.scheme == "unix" and (host or not parts.path.startswith("/")):
        raise UnusableRedis(refusals.NO_SOCKET)
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    if not is_port:
        raise UnusableRedis(refusals.NO_ADDRESS)
    return parts


def _parameters(parts: SplitResult, scheme: str) -> dict[str, str]:
    """The parameters of the address. Only those for reaching the server and signing in are allowed; time limits are set by the
    product.
    """
    allowed: tuple[str, ...] = ("db",)
    if scheme == "unix":
        allowed += ("username", "password")
    elif SCHEMES[scheme] == "rediss":
        allowed += TLS_PARAMETERS
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = [name for name, _ in pairs]
    for name, value in pairs:
        if name in TLS_PARAMETERS and name not in allowed:
            raise UnusableRedis(refusals.TLS_PARAMETER, name=name)
        if name not in allowed:
            raise UnusableRedis(refusals.UNKNOWN_PARAMETER, name=ascii(name)[1:-1], allowed=", ".join(allowed))
        if not value or names.count(name) > 1:
            raise UnusableRedis(refusals.NOT_ONE_VALUE, name=name)
        if value.lower() not in VALUES.get(name, (value.lower(),)):
            raise UnusableRedis(refusals.WRONG_VALUE, name=name, allowed=", ".join(VALUES[name]))
        if name in TLS_FILES and not (os.path.isfile(value) and os.access(value, os.R_OK)):
            raise UnusableRedis(refusals.NO_FILE, name=name, path=ascii(value)[1:-1])
    return dict(pairs)
