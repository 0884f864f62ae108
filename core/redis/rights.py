"""The rights that our Redis user needs, as a list of commands. The server checks whether each is allowed; none is executed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core import keys

Command = tuple[str, ...]

_KEY: Final = keys.EPOCH
COMMANDS: Final[tuple[Command, ...]] = (
    ("BLMOVE", _KEY, _KEY, "RIGHT", "RIGHT", "1"),
    ("DEL", _KEY),
    ("EVAL", "return 0", "1", _KEY),
    ("EVALSHA", "0" * 40, "1", _KEY),
    ("EXISTS", _KEY),
    ("EXPIRE", _KEY, "1"),
    ("EXPIREAT", _KEY, "1"),
    ("GET", _KEY),
    ("HDEL", _KEY, "f"),
    ("HEXISTS", _KEY, "f"),
    ("HGET", _KEY, "f"),
    ("HGETALL", _KEY),
    ("HINCRBY", _KEY, "f", "1"),
    ("HLEN", _KEY),
    ("HMGET", _KEY, "f"),
    ("HSCAN", _KEY, "0"),
    ("HSET", _KEY, "f", "v"),
    ("HSETNX", _KEY, "f", "v"),
    ("INCR", _KEY),
    ("KEYS", _KEY),
    ("LLEN", _KEY),
    ("LPOP", _KEY),
    ("LPUSH", _KEY, "v"),
    ("LRANGE", _KEY, "0", "0"),
    ("LTRIM", _KEY, "0", "0"),
    ("MGET", _KEY),
    ("PEXPIRE", _KEY, "1"),
    ("PING",),
    ("PUBLISH", keys.JOB_EVENTS_CHANNEL, ""),
    ("RPUSH", _KEY, "v"),
    ("SADD", _KEY, "v"),
    ("SCAN", "0"),
    ("SCARD", _KEY),
    ("SCRIPT", "EXISTS", "0" * 40),
    ("SCRIPT", "LOAD", "return 0"),
    ("SET", _KEY, "v"),
    ("SISMEMBER", _KEY, "v"),
    ("SMEMBERS", _KEY),
    ("SREM", _KEY, "v"),
    ("SUBSCRIBE", keys.JOB_EVENTS_CHANNEL),
    ("TIME",),
    ("UNSUBSCRIBE", keys.JOB_EVENTS_CHANNEL),
    ("ZADD", _KEY, "0", "v"),
    ("ZCARD", _KEY),
    ("ZRANGEBYSCORE", _KEY, "0", "0"),
    ("ZREM", _KEY, "v"),
)
"""Every command that the product sends: from Python, from its Lua scripts and from those of Dramatiq. MULTI and EXEC are used by
the check itself.
"""

READS_AND_WRITES: Final = tuple((name, key) for key in keys.one_of_each() for name in ("GET", "DEL"))
"""One reading and one writing command for every form of key, because a user may be allowed to read some keys and to write others."""

ALL: Final[tuple[Command, ...]] = (*COMMANDS, *READS_AND_WRITES)

_CONTAINERS: Final = ("SCRIPT",)
"""Commands with subcommands: the second word is part of the name."""


def rule(command: Command) -> str:
    """The ACL rule that allows this command, such as `+get` or `+script|load`."""
    words = command[:2] if command[0] in _CONTAINERS else command[:1]
    return f"+{'|'.join(words).lower()}"


def rules(refused: Iterable[tuple[Command, str]]) -> list[str]:
    """The ACL rules that are missing. `refused`: each refused command with the server's message, which says whether the right for the
    command, for a key or for a channel is missing.
    """
    missing = []
    for command, said in refused:
        if "to access" not in said:
            missing.append(rule(command))
        elif "channel" in said:
            missing.append(f"&{keys.JOB_EVENTS_CHANNEL}")
        else:
            missing.append(f"~{_pattern(next(word for word in command if word in keys.one_of_each()))}")
    return list(dict.fromkeys(missing))


def everything() -> list[str]:
    """The ACL rules of a user that may do exactly what the product needs."""
    commands = ["+multi", "+exec", "+discard", *(rule(command) for command in COMMANDS)]
    return [*(f"~{pattern}" for pattern in patterns()), f"&{keys.JOB_EVENTS_CHANNEL}", *commands]


def patterns() -> list[str]:
    """The patterns of all keys of the product."""
    return list(dict.fromkeys(map(_pattern, keys.one_of_each())))


def _pattern(key: str) -> str:
    """The pattern of all keys of the same form as this one."""
    head = key.partition(":")[0]
    return f"{head}*" if head == keys.QUEUE_NAMESPACE else f"{head}:*"
