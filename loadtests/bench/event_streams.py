"""Bookings accepted per second while 5,000 event streams of a flight are open, compared with none. Both sides are measured in turns, in one run."""

from __future__ import annotations

import json
import resource
import socket
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import uvloop

from loadtests.bench.installation.client import generate_load, request_bytes
from loadtests.bench.installation.stack import Stack, running

STREAMS = 5_000
CLIENTS = 64
TRAVELLERS = 20_000
SECONDS = 4.0
ROUNDS = 5
SEATS = 1_000_000
TARGET = 0.90


@contextmanager
def open_streams(stack: Stack, tokens: list[str], flight: UUID) -> Iterator[None]:
    """Keep event streams open while the block runs. They get no events, because nothing happens on their flight."""
    request = f"GET /api/v1/events?topics=flight:{flight} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
    with ExitStack() as sockets:
        for token in tokens[:STREAMS]:
            stream = sockets.enter_context(socket.create_connection(("127.0.0.1", stack.port), timeout=30))
            stream.sendall(f"{request}{token}\r\n\r\n".encode())
            received = b""
            while b"retry: " not in received:
                part = stream.recv(4096)
                if not part:
                    raise RuntimeError(f"a stream was not opened: {received[:200]!r}")
                received += part
        yield


def accept(stack: Stack, tokens: list[str], flight: UUID) -> float:
    """Bookings that were accepted, per second."""
    body = json.dumps({"flight_id": str(flight), "seats": 1}).encode()
    requests = [request_bytes("POST", "/api/v1/booking", token, body) for token in tokens]
    result = uvloop.run(generate_load(stack.port, CLIENTS, SECONDS, lambda number: requests[number % len(requests)]))
    if set(result.statuses) != {202}:
        raise RuntimeError(f"expected 202 only, got {result.statuses}")
    return result.per_second


def main() -> int:
    """Print both sides, round by round, and the median of the ratios. The exit code is 1 when it is below the target."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with running("loadtests.bench.installation.app:create_app") as stack:
        tokens = stack.travellers(TRAVELLERS)
        accept(stack, tokens, stack.flight(SEATS))  # warm-up
        none, many = [], []
        for number in range(1, ROUNDS + 1):
            none.append(accept(stack, tokens, stack.flight(SEATS)))
            with open_streams(stack, tokens, stack.flight(SEATS)):
                many.append(accept(stack, tokens, stack.flight(SEATS)))
            print(f"round {number}: no streams {none[-1]:,.0f}/s   {STREAMS} streams {many[-1]:,.0f}/s")
        ratio = statistics.median(one / other for one, other in zip(many, none, strict=True))
        print(f"ratio {ratio:.2f} (target {TARGET}), {CLIENTS} clients")
        print(json.dumps({"none": none, "streams": many, "ratio": ratio}))
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
