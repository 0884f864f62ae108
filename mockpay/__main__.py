"""Run the provider with `python -m mockpay`, on `MOCKPAY_HOST` and `MOCKPAY_PORT`, or on a listening socket of the parent process."""

from __future__ import annotations

import argparse
import socket

import uvicorn
from pydantic import ValidationError

from mockpay.app import create_app
from mockpay.settings import MockpaySettings

GRACE_SECONDS = 1
"""How long the end of the process waits for requests. Charges that take longer are cut off; they have captured no money."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="mockpay")
    parser.add_argument("--fd", type=int, help="the descriptor of a listening socket to use instead of host and port")
    descriptor: int | None = parser.parse_args().fd
    try:
        settings = MockpaySettings()
        settings.read_secret()
    except ValidationError as error:
        raise SystemExit(
            "\n".join(f"mockpay: {': '.join(map(str, (*each['loc'], each['msg'])))}" for each in error.errors())
        ) from None
    except OSError as error:
        raise SystemExit(f"mockpay: MOCKPAY_SECRET_FILE: {error.filename}: {error.strerror}") from None
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=None if descriptor is None else [socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main()
