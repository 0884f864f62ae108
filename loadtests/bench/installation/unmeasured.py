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
    _count_nothing()
    return create_measured()


def _count_nothing() -> None:
    Counter.inc = _nothing  # type: ignore[method-assign]
    Histogram.observe = _nothing  # type: ignore[method-assign]
    MinuteStep.run = _nothing  # type: ignore[method-assign]


def _nothing(*_: object, **__: object) -> None:
    """Instead of counting."""


if __name__ == "__main__":
    _count_nothing()
    sys.exit(main.run())
