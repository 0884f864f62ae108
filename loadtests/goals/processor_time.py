"""The processor time that an operation costs the servers, for each process, as the operating system counts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from loadtests.bench.installation.stack import Stack


@dataclass(slots=True)
class ProcessorTime:
    """Process name -> processor time in seconds. It is filled in when the block of `measure_processor_time` ends."""

    seconds: dict[str, float] = field(default_factory=dict)

    def microseconds(self, operations: int) -> dict[str, float]:
        """Processor time for each operation, by process, with the sum."""
        each = {name: 1e6 * used / max(1, operations) for name, used in self.seconds.items()}
        return each | {"sum": sum(each.values())}


@contextmanager
def measure_processor_time(stack: Stack) -> Iterator[ProcessorTime]:
    """Measure the processor time of the servers in the block."""
    processor_time, before = ProcessorTime(), _used(stack)
    yield processor_time
    processor_time.seconds = {name: used - before[name] for name, used in _used(stack).items()}


def resident_mb(stack: Stack) -> dict[str, float]:
    """Memory of each process, in megabytes."""
    return {name: psutil.Process(pid).memory_info().rss / 2**20 for name, pid in stack.processes().items() if name != "postgres"}


def _used(stack: Stack) -> dict[str, float]:
    return {name: _of_tree(psutil.Process(pid)) for name, pid in stack.processes().items()}


def _of_tree(root: psutil.Process) -> float:
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
        if process is root:  # with the time of its children that have ended
            total += times.children_user + times.children_system
    return total
