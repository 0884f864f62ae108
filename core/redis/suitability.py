"""Check whether the product can use a Redis server, without changing anything on it.

Inside a transaction (MULTI), Redis queues each command and checks it at once: whether the command exists, whether the user may
run it on its keys, whether the server accepts writes now. So all commands of the product are queued, and then the transaction is
discarded.
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
"""The first major version with all the commands and options that we use, for example `SET` with both `NX` and `GET`. Valkey began
at 7.2.
"""
START_SECONDS: Final = 5.0
"""How long a start waits for a server that does not answer."""


class Trouble(StrEnum):
    EVICTS = "evicts"
    """It may delete queued messages when its memory is full."""
    FORGETS = "forgets"
    """It loses its queues when it restarts."""
    HIDDEN = "hidden"
    """Our user may not read the settings for the two dangers above."""
    REFUSES = "refuses"
    """It does not accept writes now."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger of a server that the product can use all the same. `message`: one line that ends with what the operator can do."""

    trouble: Trouble
    message: str


def require(url: str, *, may_be_away: bool) -> None:
    """Check Redis at the start of a process. `may_be_away`: the process starts even if the server does not answer.

    Raises:
        UnusableRedis: the product cannot use this server, or the server does not answer and must.
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
    """Check the server and return its dangers. `client`: connected to `address`.

    Raises:
        UnusableRedis: the product cannot use this server.
        redis.RedisError: the server does not answer.
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
        connection.disconnect()  # it may still be inside the transaction, or have unread answers
        raise
    finally:
        pool.release(connection)


def _ask(connection: ConnectionInterface, address: Address) -> list[Danger]:
    # An empty transaction checks that MULTI and EXEC are allowed. Then a second one begins, for the other commands.
    opening: list[rights.Command] = [("HELLO",), ("INFO", "memory", "persistence"), ("MULTI",), ("EXEC",), ("MULTI",)]
    hello, info, begun, ended, _ = _answers(connection, opening)
    check_kind(hello, address)
    if isinstance(begun, ResponseError):
        answers: list[tuple[rights.Command, Any]] = [
            (("MULTI",), begun)
        ]  # stop here: outside a transaction the commands would be executed
        connection.disconnect()
    else:
        *queued, thrown_away = _answers(connection, [*rights.ALL, ("DISCARD",)])
        answers = [(("EXEC",), ended), (("DISCARD",), thrown_away), *zip(rights.ALL, queued, strict=True)]
        if isinstance(thrown_away, ResponseError):
            connection.disconnect()
    _check_answers(answers, address)
    return [*_troubles([answer for _, answer in answers]), *_risks(info, address)]


def _answers(connection: ConnectionInterface, commands: list[rights.Command]) -> list[Any]:
    """The answers to all commands, in one round trip. An error counts as an answer."""
    connection.send_packed_command(connection.pack_commands(commands))
    return [_answer(connection) for _ in commands]


def _answer(connection: ConnectionInterface) -> Any:
    try:
        return connection.read_response()
    except ResponseError as error:
        return error


def check_kind(hello: Any, address: Address) -> None:
    """Check the kind of server. `hello`: its answer to HELLO. Public for the tests.

    Raises:
        UnusableRedis: this kind of server cannot be used.
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
    # The answer to EXEC is different: EXECABORT, because of the commands that were refused with NOPERM.
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
    """Reasons why the server refuses writes now: no memory, a failed save to disk, too few replicas."""
    said = [first_line(answer) for answer in answers if isinstance(answer, ResponseError)]
    return [
        Danger(Trouble.REFUSES, f"Redis refuses work, which waits until it no longer does: {each}.")
        for each in dict.fromkeys(said)
    ]


def _risks(info: Any, address: Address) -> list[Danger]:
    if isinstance(info, ResponseError):
        user = address.user
        message = (
            f"It is not known whether Redis keeps its queues: user {user} may not run INFO. Grant it: ACL SETUSER {user} +info"
        )
        return [Danger(Trouble.HIDDEN, message)]
    found = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
    risks = []
    if found.get("maxmemory_policy") != "noeviction":
        risks.append(Danger(Trouble.EVICTS, "Redis may evict queued work: set maxmemory-policy to noeviction."))
    if found.get("aof_enabled") != "1":
        risks.append(Danger(Trouble.FORGETS, "Redis forgets its queues when it restarts: set appendonly to yes."))
    return risks
