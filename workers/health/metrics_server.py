"""The metrics of one worker process, on a port of its own: `SKYQUEUE_WORKER_METRICS_PORT`, or the next free one behind it."""

from __future__ import annotations

from typing import Final

import structlog
from prometheus_client import start_http_server

PORTS: Final = 64
"""How many ports are tried, so that so many processes can run on one machine."""

_log = structlog.get_logger(__name__)


def serve(host: str, first_port: int) -> int | None:
    """Answer Prometheus from now on, in a thread. Returns the port; None, and a line in the log: all of them are taken."""
    for port in range(first_port, min(first_port + PORTS, 65_536)):
        try:
            start_http_server(port, addr=host)
        except OSError:
            continue
        _log.info("metrics are served", host=host, port=port)
        return port
    _log.error("metrics are not served, because no port is free", host=host, first=first_port, ports=PORTS)
    return None
