"""Reasons not to use a Redis server. Each is one line that ends with what the operator can do. docs/operations.md lists them word
for word.
"""

from __future__ import annotations

from typing import Final

from core.startup import CannotStart

_ONE_PRIMARY: Final = "Name one primary server, or an address that always leads to it (a proxy, a service of your platform), as in redis://host:6379/0."

NO_ADDRESS: Final = (
    "SKYQUEUE_REDIS_URL is not the address of a Redis server.",
    "Its form is redis://:password@host:6379/0; write a special character of the password as %40 (for @), %2F (for /) and so on.",
)
OTHER_KIND: Final = ("SKYQUEUE_REDIS_URL names a Redis {kind}, which Skyqueue does not support.", _ONE_PRIMARY)
SEVERAL_HOSTS: Final = ("SKYQUEUE_REDIS_URL names several hosts.", _ONE_PRIMARY)
NO_SOCKET: Final = (
    "SKYQUEUE_REDIS_URL names no socket.",
    "A socket is given with its whole path, as in unix:///run/redis/redis.sock.",
)
NO_DATABASE_NUMBER: Final = (
    "SKYQUEUE_REDIS_URL names no database.",
    "A database of Redis is one number, as in redis://host:6379/0.",
)
UNKNOWN_PARAMETER: Final = (
    "SKYQUEUE_REDIS_URL has the parameter {name}, which Skyqueue does not take.",
    "It takes {allowed}; remove the other.",
)
TLS_PARAMETER: Final = (
    "SKYQUEUE_REDIS_URL has the parameter {name}, which is for TLS.",
    "Write rediss:// for a server that uses TLS, or remove it.",
)
NOT_ONE_VALUE: Final = (
    "SKYQUEUE_REDIS_URL has the parameter {name} without a value, or twice.",
    "Give it one value, or remove it.",
)
WRONG_VALUE: Final = ("SKYQUEUE_REDIS_URL has a value of {name} that it cannot have.", "It is one of {allowed}.")
NO_FILE: Final = (
    "SKYQUEUE_REDIS_URL names a file in {name} that cannot be read: {path}.",
    "Check where it is, and who may read it.",
)

AWAY: Final = ("Redis at {where} does not answer: {said}.", "Start it, or check SKYQUEUE_REDIS_URL.")
LOADING: Final = ("Redis at {where} is still loading its data.", "Start again when it has.")
NO_PASSWORD: Final = (
    "Redis at {where} requires a password, and SKYQUEUE_REDIS_URL has none.",
    "Write it as in redis://:password@host:6379/0.",
)
WRONG_PASSWORD: Final = (
    "Redis at {where} does not accept the password of user {user}.",
    "Check both in SKYQUEUE_REDIS_URL.",
)
PROTECTED: Final = (
    "Redis at {where} is in protected mode, so it refuses connections from other machines.",
    "Give it a password (requirepass), and write that into SKYQUEUE_REDIS_URL.",
)
NO_DATABASE: Final = ("Redis at {where} has no database {database}.", "Name another in SKYQUEUE_REDIS_URL; it always has 0.")
CANNOT_CONNECT: Final = ("Skyqueue cannot connect to Redis at {where}: {said}.", "Check SKYQUEUE_REDIS_URL.")
NO_TLS: Final = ("Redis at {where} does not use TLS.", "Write redis:// instead of rediss:// in SKYQUEUE_REDIS_URL.")
TLS: Final = ("Redis at {where} uses TLS.", "Write rediss:// instead of redis:// in SKYQUEUE_REDIS_URL.")
NO_TRUST: Final = (
    "Redis at {where} and Skyqueue do not agree on TLS: {said}.",
    "Name the authority of its certificate in SKYQUEUE_REDIS_URL, as in rediss://host:6379/0?ssl_ca_certs=/path/ca.pem, "
    "and the certificate of Skyqueue in ssl_certfile and ssl_keyfile, if the server requires one.",
)

CLUSTER: Final = (
    "Redis at {where} is a node of a Redis Cluster, which Skyqueue cannot use.",
    "Name a server without cluster mode.",
)
SENTINEL: Final = ("Redis at {where} is a Sentinel, which keeps no data.", _ONE_PRIMARY)
REPLICA: Final = ("Redis at {where} is a read-only replica.", _ONE_PRIMARY)
TOO_OLD: Final = ("Redis at {where} is version {version}.", "Name one of version 7 or newer, or a Valkey.")
NO_RIGHTS: Final = (
    "User {user} of Redis at {where} lacks rights that Skyqueue needs.",
    "Grant them: ACL SETUSER {user} {rules}",
)
NO_COMMAND: Final = ("Redis at {where} knows no command {command}, which Skyqueue needs.", "Name a server that does.")


class UnusableRedis(CannotStart):
    """A Redis server that cannot be used: a reason not to start."""

    def __init__(self, refusal: tuple[str, str], **words: object) -> None:
        super().__init__(*(part.format(**words) for part in refusal))


def first_line(error: Exception) -> str:
    """The first line of the message, without its full stop."""
    return str(error).strip().partition("\n")[0].rstrip(".")
