"""The product runs on Linux and macOS: it uses nothing that only one of them has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.architecture.source import Module, modules
from tests.architecture.test_tables import module_of

_ONLY_LINUX: Final = re.compile(r"/proc/|/sys/|/dev/shm")
_ONLY_LINUX_CALLS: Final = re.compile(
    r"\b(?:signal\.(?:sigtimedwait|sigwaitinfo|SIGRTMIN|SIGPWR)|os\.(?:pidfd_open|memfd_create|sched_\w+|splice|posix_fadvise)"
    r"|select\.epoll|prctl|fcntl\.F_SETPIPE_SZ|socket\.TCP_(?:USER_TIMEOUT|KEEPIDLE)|resource\.prlimit)\b"
)


def linux_alone(found: Iterable[Module]) -> list[str]:
    """What only Linux has: folders in texts, and calls. How memory and processes are read is psutil's business."""
    texts = [
        f"{module.name}:{line} names {path[0]}"
        for module in found
        for line, text in module.texts()
        if (path := _ONLY_LINUX.search(text))
    ]
    calls = [
        f"{module.name}:{number} calls {call[0]}"
        for module in found
        for number, line in enumerate(module.path.read_text(encoding="utf-8").splitlines(), start=1)
        if (call := _ONLY_LINUX_CALLS.search(line))
    ]
    return texts + calls


def test_nothing_needs_linux_alone() -> None:
    assert linux_alone(modules()) == []


def test_what_needs_linux_is_found(tmp_path: Path) -> None:
    stray = module_of(tmp_path, "launcher.embedded.child", "import os\nos.pidfd_open(1)\nSTATUS = '/proc/1/status'")
    assert linux_alone([stray]) == ["launcher.embedded.child:3 names /proc/", "launcher.embedded.child:2 calls os.pidfd_open"]
