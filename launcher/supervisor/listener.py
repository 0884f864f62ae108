"""The listening sockets of the API and of the practice provider. The supervisor holds them, so they stay open while a process is restarted."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from core.startup import CannotStart

ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104  # only compared with what the operator chose
LAST_PORT = 65535
BACKLOG = 2048
"""How many connections can wait while the process is restarted."""


class Listener:
    """A bound port. Raises `CannotStart` when the port is in use, or the host is no address of this machine."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._socket = _open(host, port)
        self.port: int = self._socket.getsockname()[1]

    @property
    def local_host(self) -> str:
        """The host by which a client on this machine reaches it."""
        if self._host in ALL_ADDRESSES:
            return "127.0.0.1"
        return f"[{self._host}]" if ":" in self._host else self._host

    @property
    def base_url(self) -> str:
        return f"http://{self.local_host}:{self.port}"

    def listen(self) -> int:
        """Accept connections from now on, and return the file descriptor for the process that serves them. Call it when that process is
        started, not earlier: until then, clients get an error at once, and can try again.

        Raises:
            CannotStart: another `skyqueue up`, which started at the same time, listens on the port.
        """
        try:
            self._socket.listen(BACKLOG)
        except OSError as error:
            raise _port_error(self._host, self.port, error) from error
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


def _open(host: str, port: int) -> socket.socket:
    try:
        return _bind(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE))
    except (socket.gaierror, UnicodeError) as error:  # UnicodeError: a name with an empty part, or a part that is too long
        reason = error.strerror if isinstance(error, OSError) else "it is not a name"
        raise CannotStart(f"SKYQUEUE_HOST={host} is not an address of this machine: {reason}.", "Try 127.0.0.1.") from error
    except OSError as error:
        raise _port_error(host, port, error) from error


def _port_error(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        remedy = f"End it, or choose another port: SKYQUEUE_PORT={port + 1 if port < LAST_PORT else 0}."
        return CannotStart(f"Port {port} on {host} is taken by another program.", remedy)
    return CannotStart(
        f"Port {port} on {host} cannot be used: {error.strerror}.", "Choose another SKYQUEUE_HOST or SKYQUEUE_PORT."
    )


def _bind(
    found: Sequence[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]],
) -> socket.socket:
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # so that a port which was used a moment ago can be used again
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
