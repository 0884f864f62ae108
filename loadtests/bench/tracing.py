"""Confirmed bookings per second with traces off and on: two installations side by side, asked in turns, another traveller for each request.

`--sampler` is the value of `OTEL_TRACES_SAMPLER_ARG` of the second one; without it, the setting that ships.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.invariants import checker
from loadtests.bench.bookings import CLIENTS, SEATS, TRAVELLERS, sell
from loadtests.bench.stack import Stack, running

ROUNDS = 5
TARGET = 0.90


@contextmanager
def receiving() -> Iterator[tuple[str, list[int]]]:
    """A receiver that takes everything and keeps nothing: its address, and the sizes of what it was sent."""
    sizes: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sizes.append(len(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sizes
    finally:
        server.shutdown()
        server.server_close()


def main() -> int:
    """Print both sides, round by round, and the median of the ratios. The exit code is 1 when it is below the target, or a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sampler", help="the share of requests that are traced, 0 to 1")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with receiving() as (address, sizes):
        traced = {"SKYQUEUE_TRACES": address}
        if asked.sampler is not None:
            traced |= {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": asked.sampler}
        with (
            running("loadtests.bench.app:create_app") as plain,
            running("loadtests.bench.app:create_app", environment=traced) as other,
        ):
            sides = [(plain, plain.travellers(TRAVELLERS)), (other, other.travellers(TRAVELLERS))]
            for stack, tokens in sides:
                sell(stack, tokens, stack.flight(SEATS))  # warm-up
            off: list[float] = []
            on: list[float] = []
            for number in range(1, asked.rounds + 1):
                for (stack, tokens), rates in zip(sides, (off, on), strict=True):
                    rates.append(sell(stack, tokens, stack.flight(SEATS)).per_second)
                print(f"round {number}: off {off[-1]:,.0f}/s   on {on[-1]:,.0f}/s", flush=True)
            violations = [each for stack, _ in sides for each in _violations(stack)]
    ratio = statistics.median(one / two for one, two in zip(on, off, strict=True))
    print(f"ratio {ratio:.3f} (target {TARGET}), {CLIENTS} clients; {len(sizes)} requests to the receiver, {sum(sizes):,} bytes")
    print(json.dumps({"off": off, "on": on, "ratio": ratio, "violations": violations}))
    return 0 if ratio >= TARGET and not violations else 1


def _violations(stack: Stack) -> list[str]:
    with stack.connect() as connection, stack.redis() as client:
        return [str(each) for each in checker.check(connection, client)]


if __name__ == "__main__":
    raise SystemExit(main())
