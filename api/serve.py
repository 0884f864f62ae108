"""Runs the API: `python -m api.serve`, on `SKYQUEUE_HOST` and `SKYQUEUE_PORT`, or on a listening socket that the parent hands over."""

from __future__ import annotations

import argparse
import os
import resource
import socket
from contextlib import suppress
from typing import Final

import uvicorn

from api.connections import Connection
from api.requirements import requirements
from core.settings import Settings

GRACE_SECONDS = 3
"""Without a limit, one open event stream keeps the process from ever ending."""
KEEP_ALIVE_SECONDS = 75
"""Longer than a client waits between two polls, so that polling does not open connections."""

OPEN_FILES: Final = 65_536
"""Each connection is one. A shell lets its programs have 256 or 1,024, and a crowd would stand before a door that is shut."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="skyqueue api")
    parser.add_argument("--fd", type=int, help="the descriptor of a listening socket to use instead of host and port")
    descriptor: int | None = parser.parse_args().fd
    settings = Settings()
    try:
        requirements(settings)
    except ValueError as error:
        raise SystemExit(f"skyqueue api: {error}") from None
    _allow_connections()
    http = settings.http
    config = uvicorn.Config(
        "api.app:create_app",
        factory=True,
        host=http.host,
        port=http.port,
        loop="uvloop",
        http=Connection,
        ws="none",
        lifespan="on",
        access_log=False,
        # Without a list of trusted proxies anybody could claim any address.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # socket.socket finds out family and kind by itself; uvicorn's own --fd takes every socket for a Unix one.
    uvicorn.Server(config).run(sockets=None if descriptor is None else [socket.socket(fileno=descriptor)])


def _allow_connections() -> None:
    """As many as the system lets this account have, whatever the shell said that started us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a third limit, and does not say so
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
