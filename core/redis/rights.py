"""What a Redis user must be allowed to do for us, as commands that are put to the test and never carried out."""

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
"""Every command that the product sends, from Python, from its scripts and from Dramatiq's. Those of a transaction come with the test."""

READS_AND_WRITES: Final = tuple((name, key) for key in keys.one_of_each() for name in ("GET", "DEL"))
"""A user may be allowed to read some keys and to write others: one command of each kind, for every shape of key."""

ALL: Final[tuple[Command, ...]] = (*COMMANDS, *READS_AND_WRITES)

_CONTAINERS: Final = ("SCRIPT",)
"""Commands that are several: the second word says which."""


def rule(command: Command) -> str:
    """How an access list allows this command."""
    words = command[:2] if command[0] in _CONTAINERS else command[:1]
    return f"+{'|'.join(words).lower()}"


def rules(refused: Iterable[tuple[Command, str]]) -> list[str]:
    """What `ACL SETUSER` has to add, by the commands that were refused and the server's words: a command, a key, or a channel."""
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
    """What `ACL SETUSER` has to be told for a user that may do what the product needs, and nothing else."""
    commands = ["+multi", "+exec", "+discard", *(rule(command) for command in COMMANDS)]
    return [*(f"~{pattern}" for pattern in patterns()), f"&{keys.JOB_EVENTS_CHANNEL}", *commands]


def patterns() -> list[str]:
    """Of every key that the product uses."""
    return list(dict.fromkeys(map(_pattern, keys.one_of_each())))


def _pattern(key: str) -> str:
    """Of all keys like this one."""
    head = key.partition(":")[0]
    return f"{head}*" if head == keys.QUEUE_NAMESPACE else f"{head}:*"
