"""Start API and worker processes in milliseconds: a parent process imports everything once, and each process is a fork of it.

`python -m tests.support.process_forks` runs the parent. It reads one JSON line for each process, forks, and writes the process id. The
child runs the same code as `skyqueue api` and `skyqueue worker`, with its own environment.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Final

from launcher.embedded.guardian import Guardian

LOADED_LATER: Final = ("uvicorn.protocols.http.httptools_impl", "uvloop")
"""What the programs import when they first need it: here once, not in each of them."""


class ProcessForker:
    """The tests' end. It starts its parent process with the first fork, and ends it when it is closed."""

    def __init__(self, guardian: Guardian) -> None:
        self._guardian = guardian
        self._lock = threading.Lock()
        self._parent: subprocess.Popen[str] | None = None

    def __enter__(self) -> ProcessForker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._parent is not None:
            self._parent.communicate()

    def fork(self, program: str, environment: Mapping[str, str], log: Path) -> int:
        """Start `api` or `worker` with these settings and no other; returns its pid. `log` gets its output."""
        with self._lock:
            parent = self._parent = self._parent or subprocess.Popen(
                [sys.executable, "-m", "tests.support.process_forks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert parent.stdin is not None
            assert parent.stdout is not None
            parent.stdin.write(json.dumps({"program": program, "environment": dict(environment), "log": str(log)}) + "\n")
            parent.stdin.flush()
            result = parent.stdout.readline()
        if not result:
            raise RuntimeError("the parent of the product's processes has died")
        self._guardian.watch(int(result), signal.SIGTERM, signal.SIGKILL)
        return int(result)

    def forget(self, pid: int) -> None:
        """That process has ended. Another process may get its pid."""
        self._guardian.unwatch(pid)


def _run() -> None:
    from api import serve
    from core.places import resolver
    from workers import main

    for module in LOADED_LATER:
        import_module(module)
    resolver.load()
    gc.freeze()  # a collection would write to, and so copy, every page that the processes share

    programs: dict[str, Callable[[], int | None]] = {"api": serve.main, "worker": main.run}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps: a pid that exists is a process that runs
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(programs[order["program"]], order["environment"], order["log"])
        print(pid, flush=True)


def _become(program: Callable[[], int | None], environment: dict[str, str], log: str) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for name in [name for name in os.environ if name.startswith("SKYQUEUE_")]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv = ["skyqueue"]
    status: int | None = 1
    try:
        status = program()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status or 0)


if __name__ == "__main__":
    _run()
