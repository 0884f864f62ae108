"""Serve the metrics of one process on a port of its own: the port that a setting names, or the next free one after it."""

from __future__ import annotations

from typing import Final
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.registry import Collector

PORTS: Final = 64
"""How many ports are tried: the most processes that can serve metrics on one machine with the same setting."""

_log = structlog.get_logger(__name__)


def serve(host: str, first_port: int, metrics: Collector = REGISTRY) -> WSGIServer | None:
    """Start a thread that answers Prometheus, and return its server. None, and a line in the log: all ports are in use."""
    for port in range(first_port, min(first_port + PORTS, 65_536)):
        try:
            server, _ = start_http_server(port, addr=host, registry=metrics)
        except OSError:
            continue
        _log.info("metrics are served", host=host, port=port)
        return server
    _log.error("metrics are not served, because no port is free", host=host, first=first_port, ports=PORTS)
    return None
