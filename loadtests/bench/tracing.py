"""Confirmed bookings per second, and processor time per booking, with traces off and on. Two installations run at the same time and are measured in
turns; each request is another traveller's.

`--sampler`: the value of `OTEL_TRACES_SAMPLER_ARG` of the second installation; without it, the default.
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loadtests.bench.installation.comparison import compare
from loadtests.bench.installation.stack import running

ROUNDS = 5
TARGET = 0.90


@contextmanager
def trace_receiver() -> Iterator[tuple[str, list[int]]]:
    """A receiver of traces that stores nothing. Yields its address, and a list of the sizes of the requests that it gets."""
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
    """Print both sides, round by round, and the median of the ratios. The exit code is 1 when it is below the target, or an invariant is violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sampler", help="the share of requests that are traced, 0 to 1")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with trace_receiver() as (address, sizes):
        environment = {"SKYQUEUE_TRACES": address}
        if arguments.sampler is not None:
            environment |= {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": arguments.sampler}
        with (
            running("loadtests.bench.installation.app:create_app") as untraced,
            running("loadtests.bench.installation.app:create_app", environment=environment) as with_traces,
        ):
            comparison = compare(untraced, with_traces, rounds=arguments.rounds)
    print(f"{len(sizes)} requests to the receiver, {sum(sizes):,} bytes")
    return 0 if comparison.rate >= TARGET and not comparison.violations else 1


if __name__ == "__main__":
    raise SystemExit(main())
