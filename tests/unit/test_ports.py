"""The ports of embedded servers: free, and none that an outgoing connection may take before the server does."""

from __future__ import annotations

import socket

import pytest

from core.startup import CannotStart
from launcher.embedded import ports
from launcher.embedded.ports import free_port

FIRST_OF_CONNECTIONS = 32_768
"""Linux; macOS begins later."""


def test_it_is_below_the_ports_of_outgoing_connections() -> None:
    assert all(1024 < free_port() < FIRST_OF_CONNECTIONS for _ in range(50))


def test_a_port_that_is_taken_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        taken: int = server.getsockname()[1]
        monkeypatch.setattr(ports, "_PORTS", range(taken, taken + 2))
        assert {free_port() for _ in range(20)} == {taken + 1}


def test_without_a_free_port_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        taken: int = server.getsockname()[1]
        monkeypatch.setattr(ports, "_PORTS", range(taken, taken + 1))
        with pytest.raises(CannotStart, match=f"All ports from {taken} to {taken} are taken"):
            free_port()
