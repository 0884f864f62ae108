"""The product without metrics and without the history of minutes, to measure what they cost. As a program it is the worker."""

from __future__ import annotations

import sys

from litestar import Litestar
from prometheus_client import Counter, Histogram

from loadtests.bench.installation.app import create_app as create_measured
from workers import main
from workers.sweeps.minutes import MinuteStep


def create_app() -> Litestar:
    """For `loadtests/bench/installation/serve.py`."""
    _disable_metrics()
    return create_measured()


def _disable_metrics() -> None:
    Counter.inc = _do_nothing  # type: ignore[method-assign]
    Histogram.observe = _do_nothing  # type: ignore[method-assign]
    MinuteStep.run = _do_nothing  # type: ignore[method-assign]


def _do_nothing(*_: object, **__: object) -> None:
    """Instead of counting."""


if __name__ == "__main__":
    _disable_metrics()
    sys.exit(main.run())
