"""Detect a connection pooler (such as PgBouncer) that gives one session of Postgres to several clients in turn.

With such a pooler our settings, time limits, prepared statements and session locks would be lost, or affect other clients. A
pooler does not report how it works. But every session of Postgres is one server process, so we open several connections, query on each
twice which process answers (`pg_backend_pid`), and compare:

    connection 1 -> process 70, process 70     each connection has its own process: no sharing
    connection 2 -> process 71, process 71

    connection 1 -> process 70, process 71     a connection changed its process: sessions are shared
    connection 2 -> process 70, process 70
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterable
from typing import Final

import psycopg

from core.db.refusals import FEW_SESSIONS, SHARED_SESSIONS, UnusableDatabase
from core.db.session import AsyncRawConnection, connect_plainly

SESSIONS: Final = 8
"""How many connections are compared. A pooler may consist of several processes behind one port (`so_reuseport`); with so many
connections, two of them reach the same process.
"""
SECONDS: Final = 5.0
"""How long an answer may take. A pooler without a free session lets clients wait, for two minutes by default."""


def query_order(sessions: int) -> list[int]:
    """The order in which the connections are queried: each one twice in a row, and then all in turn. This detects sharing whichever
    session the pooler chooses: the least recently used one, the most recently used one, or any.
    """
    return [*(number for number in range(sessions) for _ in range(2)), *reversed(range(sessions))]


def are_shared(answers: Iterable[tuple[int, int]]) -> bool:
    """Whether sessions are shared. `answers`: pairs of a connection's number and the process that answered."""
    of_session: dict[int, int] = {}
    owner: dict[int, int] = {}
    return any(
        of_session.setdefault(session, process) != process or owner.setdefault(process, session) != session
        for session, process in answers
    )


async def require_own_sessions(conninfo: str) -> None:
    """Raises `UnusableDatabase` if the pooler shares sessions between clients, or has too few of them."""
    sessions: list[AsyncRawConnection] = []
    try:
        for _ in range(SESSIONS):
            sessions.append(await connect_plainly(conninfo))
        answers = [(number, await _answer(sessions[number])) for number in query_order(SESSIONS)]
    except psycopg.OperationalError as error:
        raise UnusableDatabase(FEW_SESSIONS, wanted=SESSIONS) from error
    finally:
        for each in sessions:
            await each.close()
    if are_shared(answers):
        raise UnusableDatabase(SHARED_SESSIONS)


async def _answer(session: AsyncRawConnection) -> int:
    """The process of Postgres that answers now. Raises `psycopg.OperationalError` if none answers within `SECONDS`."""
    patience = asyncio.get_running_loop().call_later(SECONDS, _hang_up, session)
    try:
        row = await (await session.execute("SELECT pg_backend_pid()")).fetchone()
    finally:
        patience.cancel()
    assert row is not None
    return int(row[0])


def _hang_up(session: AsyncRawConnection) -> None:
    """Close the socket, so that the wait ends with an error. Cancelling the statement would wait for the same pooler."""
    with socket.socket(fileno=os.dup(session.fileno())) as connected:
        connected.shutdown(socket.SHUT_RDWR)
