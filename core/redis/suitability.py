"""Whether a Redis server is one that the product can work with, asked in a way that changes nothing on it.

Redis checks a command inside a transaction when it is queued: whether there is such a command, whether the user may run it and use its
keys, whether the server takes writes now. So everything that the product sends is queued, and then the transaction is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import redis
from redis.connection import ConnectionInterface
from redis.exceptions import NoPermissionError, ReadOnlyError, ResponseError

from core.redis import clients, handshake, refusals, rights, tls
from core.redis.address import Address, parse
from core.redis.refusals import UnusableRedis, first_line

OLDEST: Final = 7
"""The first major version that has all that we send, for example `SET` with both `NX` and `GET`. Valkey began at 7.2."""
START_SECONDS: Final = 5.0
"""How long a start waits for a server that does not answer."""


class Trouble(StrEnum):
    EVICTS = "evicts"
    """It may throw away queued work."""
    FORGETS = "forgets"
    """It loses its queues when it restarts."""
    HIDDEN = "hidden"
    """Nobody may know whether it evicts or forgets."""
    REFUSES = "refuses"
    """It takes no work just now."""


@dataclass(frozen=True, slots=True)
class Danger:
    """Why the product can work with a server, and not as it should. `message`: one line, with the way out."""

    trouble: Trouble
    message: str


def require(url: str, *, may_be_away: bool) -> None:
    """The part of a start that needs Redis. `may_be_away`: a server that does not answer is no reason not to start.

    Raises:
        UnusableRedis: the product cannot work with this server, or needs it now and has no answer.
    """
    address = parse(url)
    with clients.connect(address.url, seconds=START_SECONDS) as client:
        try:
            examine(client, address)
        except redis.RedisError as error:
            reason = tls.mismatch(address) or (None if may_be_away else handshake.away(error, address))
            if reason is not None:
                raise reason from error


def examine(client: redis.Redis, address: Address) -> list[Danger]:
    """`client` is one for `address`.

    Raises:
        UnusableRedis: the product cannot work with this server.
        redis.RedisError: the server does not answer, so nobody knows.
    """
    pool = client.connection_pool
    try:
        connection = pool.get_connection()
    except redis.RedisError as error:
        reason = handshake.refusal_of(error, address)
        if reason is None:
            raise
        raise reason from error
    try:
        return _ask(connection, address)
    except BaseException:
        connection.disconnect()  # it may be inside the transaction, or have answers that nobody has read
        raise
    finally:
        pool.release(connection)


def _ask(connection: ConnectionInterface, address: Address) -> list[Danger]:
    # An empty transaction, and the beginning of another: whether both of its commands are allowed.
    opening: list[rights.Command] = [("HELLO",), ("INFO", "memory", "persistence"), ("MULTI",), ("EXEC",), ("MULTI",)]
    hello, info, begun, ended, _ = _answers(connection, opening)
    check_kind(hello, address)
    if isinstance(begun, ResponseError):
        answers: list[tuple[rights.Command, Any]] = [
            (("MULTI",), begun)
        ]  # and nothing more is asked: outside a transaction it would be carried out
        connection.disconnect()
    else:
        *queued, thrown_away = _answers(connection, [*rights.ALL, ("DISCARD",)])
        answers = [(("EXEC",), ended), (("DISCARD",), thrown_away), *zip(rights.ALL, queued, strict=True)]
        if isinstance(thrown_away, ResponseError):
            connection.disconnect()
    _check_answers(answers, address)
    return [*_troubles([answer for _, answer in answers]), *_risks(info, address)]


def _answers(connection: ConnectionInterface, commands: list[rights.Command]) -> list[Any]:
    """All in one round trip. An error is an answer too."""
    connection.send_packed_command(connection.pack_commands(commands))
    return [_answer(connection) for _ in commands]


def _answer(connection: ConnectionInterface) -> Any:
    try:
        return connection.read_response()
    except ResponseError as error:
        return error


def check_kind(hello: Any, address: Address) -> None:
    """`hello`: what the server answered to HELLO. Public for the tests.

    Raises:
        UnusableRedis: this kind of server is of no use.
    """
    where = address.place
    if isinstance(hello, ResponseError):
        raise UnusableRedis(refusals.TOO_OLD, where=where, version="6 or older")
    said = {name.decode(): value.decode() for name, value in hello.items() if isinstance(value, bytes)}
    if said.get("mode") == "cluster":
        raise UnusableRedis(refusals.CLUSTER, where=where)
    if said.get("mode") == "sentinel":
        raise UnusableRedis(refusals.SENTINEL, where=where)
    if said.get("role") in ("replica", "slave"):
        raise UnusableRedis(refusals.REPLICA, where=where)
    version = said.get("version", "")
    major = version.partition(".")[0]
    if major.isdigit() and int(major) < OLDEST:
        raise UnusableRedis(refusals.TOO_OLD, where=where, version=version)


def _check_answers(answers: list[tuple[rights.Command, Any]], address: Address) -> None:
    where = address.place
    errors = [(command, answer) for command, answer in answers if isinstance(answer, ResponseError)]
    # EXEC says it in other words: that what it would have carried out is discarded, because of NOPERM.
    forbidden = [
        (command, str(error)) for command, error in errors if isinstance(error, NoPermissionError) or "NOPERM" in str(error)
    ]
    if forbidden:
        raise UnusableRedis(refusals.NO_RIGHTS, where=where, user=address.user, rules=" ".join(rights.rules(forbidden)))
    for command, error in errors:
        if isinstance(error, ReadOnlyError):
            raise UnusableRedis(refusals.REPLICA, where=where)
        if "unknown command" in str(error).lower():
            raise UnusableRedis(refusals.NO_COMMAND, where=where, command=command[0])


def _troubles(answers: list[Any]) -> list[Danger]:
    """What the server has against commands just now: no memory, no disk, no replica."""
    said = [first_line(answer) for answer in answers if isinstance(answer, ResponseError)]
    return [
        Danger(Trouble.REFUSES, f"Redis refuses work, which waits until it no longer does: {each}.")
        for each in dict.fromkeys(said)
    ]


def _risks(info: Any, address: Address) -> list[Danger]:
    if isinstance(info, ResponseError):
        user = address.user
        message = (
            f"Nobody can tell whether Redis keeps its queues: user {user} may not run INFO. Grant it: ACL SETUSER {user} +info"
        )
        return [Danger(Trouble.HIDDEN, message)]
    found = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
    risks = []
    if found.get("maxmemory_policy") != "noeviction":
        risks.append(Danger(Trouble.EVICTS, "Redis may evict queued work: set maxmemory-policy to noeviction."))
    if found.get("aof_enabled") != "1":
        risks.append(Danger(Trouble.FORGETS, "Redis forgets its queues when it restarts: set appendonly to yes."))
    return risks
