"""Confirmed bookings per second, and processor time per booking, with traces off and on: two installations side by side, asked in turns, another
traveller for each request.

`--sampler` is the value of `OTEL_TRACES_SAMPLER_ARG` of the second one; without it, the setting that ships.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.invariants import checker
from loadtests.bench.bookings import CLIENTS, SEATS, TRAVELLERS, sell
from loadtests.bench.installation.stack import Stack, running
from loadtests.goals.accounting import billed

ROUNDS = 5
TARGET = 0.90


@dataclass(frozen=True, slots=True)
class Round:
    """`microseconds`: of the processor, for each booking, in all servers together."""

    per_second: float
    microseconds: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, {self.microseconds:,.0f} us"


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
            running("loadtests.bench.installation.app:create_app") as plain,
            running("loadtests.bench.installation.app:create_app", environment=traced) as other,
        ):
            sides = [(plain, plain.travellers(TRAVELLERS)), (other, other.travellers(TRAVELLERS))]
            for stack, tokens in sides:
                sell(stack, tokens, stack.flight(SEATS))  # warm-up
            off: list[Round] = []
            on: list[Round] = []
            for number in range(1, asked.rounds + 1):
                for (stack, tokens), rounds in zip(sides, (off, on), strict=True):
                    with billed(stack) as bill:
                        sale = sell(stack, tokens, stack.flight(SEATS))
                    rounds.append(Round(sale.per_second, bill.microseconds(sale.confirmed)["sum"]))
                print(f"round {number}: off {off[-1]}   on {on[-1]}", flush=True)
            violations = [each for stack, _ in sides for each in _violations(stack)]
    ratio = statistics.median(one.per_second / two.per_second for one, two in zip(on, off, strict=True))
    cost = statistics.median(one.microseconds / two.microseconds for one, two in zip(on, off, strict=True))
    print(f"ratio {ratio:.3f} (target {TARGET}), processor time {cost:.3f}, {CLIENTS} clients")
    print(f"{len(sizes)} requests to the receiver, {sum(sizes):,} bytes")
    told = {"off": [asdict(each) for each in off], "on": [asdict(each) for each in on]}
    print(json.dumps({**told, "ratio": ratio, "processor": cost, "violations": violations}))
    return 0 if ratio >= TARGET and not violations else 1


def _violations(stack: Stack) -> list[str]:
    with stack.connect() as connection, stack.redis() as client:
        return [str(each) for each in checker.check(connection, client)]


if __name__ == "__main__":
    raise SystemExit(main())
