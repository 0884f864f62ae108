"""The cost of metrics and of the history of minutes: bookings per second, and processor time for each, with them and without them.

Two installations run at the same time, and are measured in turns. The metrics are read every 5 s; Prometheus usually does it every 15 s.
`python -m loadtests.bench.metrics [--rounds N]`
"""

from __future__ import annotations

import argparse
import threading
import urllib.request

from loadtests.bench.installation.comparison import compare
from loadtests.bench.installation.stack import Stack, running

ROUNDS = 5
TARGET = 0.98
SCRAPE_SECONDS = 5.0


def main() -> int:
    """Print both sides. The exit code is 1 when the rate is below the target, or an invariant is violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    module = "loadtests.bench.installation.without_metrics"
    with (
        running(f"{module}:create_app", worker=module) as without_metrics,
        running("loadtests.bench.installation.app:create_app") as with_metrics,
    ):
        ended = threading.Event()
        scraper = threading.Thread(target=_scrape, args=(with_metrics, ended), daemon=True)
        scraper.start()
        comparison = compare(without_metrics, with_metrics, rounds=arguments.rounds)
        ended.set()
        scraper.join()
    print(f"target: {TARGET} of the rate")
    return 0 if comparison.rate >= TARGET and not comparison.violations else 1


def _scrape(stack: Stack, ended: threading.Event) -> None:
    while not ended.wait(SCRAPE_SECONDS):
        with urllib.request.urlopen(f"http://127.0.0.1:{stack.port}/metrics") as response:
            response.read()


if __name__ == "__main__":
    raise SystemExit(main())
