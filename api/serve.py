"""Runs the API: `python -m api.serve`, on `SKYQUEUE_HOST` and `SKYQUEUE_PORT`, or on a listening socket of the parent process."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

import uvicorn
from litestar import Litestar

from api.app import create_app
from api.connections.connection import Connection
from api.requirements import requirements
from api.services import services_of
from core import refusal
from core.migrations import check
from core.redis import suitability
from core.settings import Http

GRACE_SECONDS = 3
"""Without a time limit, one client that reads slowly would prevent the process from ending."""
KEEP_ALIVE_SECONDS = 75
"""Longer than a client waits between two polls, so that polling does not open connections."""
LATE_SECONDS: Final = 0.1
"""The time between two checks for connections that were accepted while the socket was being closed."""

OPEN_FILES: Final = 65_536
"""Each connection is one open file. The limit of a shell is often 256 or 1,024, so further clients could not connect."""


class Server(uvicorn.Server):
    """uvicorn's server for our application: when the process gets a signal to stop, waiting clients get a response at once.

    uvicorn cancels what is still at work after `GRACE_SECONDS`. A client that waits for a job would be one of them, at every restart.
    """

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        live = services_of(self._app).live
        live.jobs.stop_waiting()
        live.streams.close()
        late = asyncio.create_task(self._end_late_connections())
        try:
            await super().shutdown(sockets)
        finally:
            late.cancel()

    async def _end_late_connections(self) -> None:
        """At the stop, uvicorn closes each connection after its present response. A connection that was accepted at that moment is missed,
        and would send further requests to an application whose services are closed. So it is closed here.
        """
        while True:
            await asyncio.sleep(LATE_SECONDS)
            for connection in list(self.server_state.connections):
                connection.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(prog="skyqueue api")
    parser.add_argument("--fd", type=int, help="the descriptor of a listening socket to use instead of host and port")
    parser.add_argument(
        "--log", type=Path, help="the file for log lines, which may be renamed at any time; without it, standard error"
    )
    arguments = parser.parse_args()
    descriptor: int | None = arguments.fd
    with refusal.refusing("skyqueue api"):
        settings = refusal.read_settings("skyqueue api")
        database_url, redis_url, _ = requirements(settings)
        check.require_if_there(database_url)
        suitability.require(redis_url, may_be_away=True)
    http = settings.http
    if descriptor is None:
        _require_port(http.host, http.port)
    # `socket.socket` detects family and type of the socket; uvicorn's own option --fd treats every socket as a Unix socket.
    serve(create_app(log=arguments.log), http, sockets=None if descriptor is None else [socket.socket(fileno=descriptor)])


def serve(app: Litestar, http: Http, *, sockets: list[socket.socket] | None = None) -> None:
    """Answer requests until the process gets a signal to stop: on these listening sockets, or on the host and the port of the settings."""
    _allow_connections()
    config = uvicorn.Config(
        app,
        host=http.host,
        port=http.port,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,  # the application has set up the logs
        # Without a list of trusted proxies anybody could claim any address.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config, app).run(sockets=sockets)


def _require_port(host: str, port: int) -> None:
    """Check the port and the host. If the port is in use or the host is not an address of this machine, one line says so; uvicorn would
    report it later, with a traceback.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        socket.create_server(address[:2], family=family).close()
    except (socket.gaierror, UnicodeError):
        raise SystemExit(f"skyqueue api: {host} is not an address of this machine") from None
    except OSError as error:
        raise SystemExit(f"skyqueue api: port {port} on {host} cannot be used: {os.strerror(error.errno or 0)}") from None


def _allow_connections() -> None:
    """Raise the limit of open files to the most that the system allows for this account, whatever limit the shell has set."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a further limit, which it does not report
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
