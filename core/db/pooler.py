"""Whether a session of Postgres is ours alone. Behind PgBouncer and its like it may be somebody else's after every transaction.

Settings, time limits, prepared statements and session locks of ours would then be lost, or come upon other clients. No pooler says how
it works, and it may leave out what we ask of it when we connect, so we look at the processes that answer: each session of Postgres is
one. A pooler gives itself away because it invents the process number that it tells when a connection is made.
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
"""One pooler may be several processes that share a port and nothing else (`so_reuseport`): among so many connections two meet."""
SECONDS: Final = 5.0
"""A pooler that has no session left lets us wait, two minutes by default."""


def order_of_questions(sessions: int) -> list[int]:
    """Which session is asked when: each twice in a row, and all in turn. So sessions that are handed out in turn, the longest or the
    shortest unused first, show up as well as those that are handed out at random.
    """
    return [*(number for number in range(sessions) for _ in range(2)), *reversed(range(sessions))]


def are_shared(answers: Iterable[tuple[int, int]]) -> bool:
    """Whether sessions are not ours alone, by the processes that answered: pairs of a session's number and a process."""
    of_session: dict[int, int] = {}
    owner: dict[int, int] = {}
    return any(
        of_session.setdefault(session, process) != process or owner.setdefault(process, session) != session
        for session, process in answers
    )


async def require_own_sessions(conninfo: str) -> None:
    """Raises `UnusableDatabase` when the pooler hands sessions from client to client, or has too few of them."""
    sessions: list[AsyncRawConnection] = []
    try:
        for _ in range(SESSIONS):
            sessions.append(await connect_plainly(conninfo))
        answers = [(number, await _answer(sessions[number])) for number in order_of_questions(SESSIONS)]
    except psycopg.OperationalError as error:
        raise UnusableDatabase(FEW_SESSIONS, wanted=SESSIONS) from error
    finally:
        for each in sessions:
            await each.close()
    if are_shared(answers):
        raise UnusableDatabase(SHARED_SESSIONS)


async def _answer(session: AsyncRawConnection) -> int:
    """The process of Postgres that answers now. Raises `psycopg.OperationalError` when none does within `SECONDS`."""
    patience = asyncio.get_running_loop().call_later(SECONDS, _hang_up, session)
    try:
        row = await (await session.execute("SELECT pg_backend_pid()")).fetchone()
    finally:
        patience.cancel()
    assert row is not None
    return int(row[0])


def _hang_up(session: AsyncRawConnection) -> None:
    """End the wait with an error. To cancel the statement would mean to wait for the same pooler."""
    with socket.socket(fileno=os.dup(session.fileno())) as connected:
        connected.shutdown(socket.SHUT_RDWR)
