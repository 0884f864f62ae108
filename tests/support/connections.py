"""Ways to lose a connection to Postgres while it is used."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final, TypeAlias

import psycopg
from sqlalchemy import event

from core.db import Database, RawConnection
from core.telemetry import correlation

Loss: TypeAlias = Callable[[RawConnection], None]

_libc: Final = ctypes.CDLL(None, use_errno=True)


def end(connection: RawConnection) -> None:
    """Postgres ends the session, as it does when it is shut down."""
    with psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,)).fetchone() == (True,)


def reset(connection: RawConnection) -> None:
    """The network resets the connection; the server goes on with what it was asked. Also from another thread, TCP only.

    Python has no function for it. After a `connect` to no address, Linux sends the reset and discards what was not delivered.
    """
    nowhere = struct.pack("H14x", socket.AF_UNSPEC)
    if _libc.connect(connection.pgconn.socket, nowhere, len(nowhere)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno() or errno.EINVAL))


def reconnect(connection: RawConnection) -> None:
    """The connection is being made again: neither open nor closed, which the driver reports with an error of another kind."""
    connection.pgconn.reset_start()


@contextmanager
def lost(db: Database, lose: Loss, *, turn: int = 1, of_requests: bool = False) -> Iterator[None]:
    """Inside the block, `lose` is called with the `turn`-th connection that is taken from the pool: after it was checked, before it is used.

    With `of_requests` only connections that are taken for a request are counted: an API also reads its backlog now and then.
    """
    turns = count(1)

    def lose_in_turn(connection: RawConnection, *_: object) -> None:
        counts = bool(correlation.current()) or not of_requests
        if counts and next(turns) == turn:
            lose(connection)

    event.listen(db.engine, "checkout", lose_in_turn)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", lose_in_turn)
    assert next(turns) > turn, "fewer connections were taken from the pool"
