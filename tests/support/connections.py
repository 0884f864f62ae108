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

    Python has no word for it: `connect` to no address is what makes Linux send the reset and drop what is under way.
    """
    nowhere = struct.pack("H14x", socket.AF_UNSPEC)
    if _libc.connect(connection.pgconn.socket, nowhere, len(nowhere)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno() or errno.EINVAL))


def begin_anew(connection: RawConnection) -> None:
    """The connection is being made anew: neither open nor closed, which the driver reports with an error of another kind."""
    connection.pgconn.reset_start()


@contextmanager
def lost(db: Database, lose: Loss, *, turn: int = 1, of_requests: bool = False) -> Iterator[None]:
    """Inside, `lose` befalls the connection that is borrowed as the `turn`-th: after it was found alive, before it is used.

    With `of_requests` only the connections count that are borrowed for a request: an API also looks at its backlog now and then.
    """
    turns = count(1)

    def befall(connection: RawConnection, *_: object) -> None:
        counts = bool(correlation.current()) or not of_requests
        if counts and next(turns) == turn:
            lose(connection)

    event.listen(db.engine, "checkout", befall)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", befall)
    assert next(turns) > turn, "nobody borrowed a connection"
