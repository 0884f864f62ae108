"""Start only the servers of an installation, for commands that must not run while the API or workers run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from core.settings import Settings
from launcher.embedded.guardian import Guardian
from launcher.supervisor import installation, servers
from launcher.supervisor.servers import Addresses
from launcher.supervisor.supervisor import Stopped, Supervisor


@contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """Run the embedded servers for the time of the block. Servers that the settings name are used as they are.

    Raises:
        CannotStart: a `skyqueue up` has locked the data folder, or a server does not start.
        KeyboardInterrupt: a signal to stop came while the servers were starting.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(installation.locked(settings.servers.data_dir))
        guardian = stack.enter_context(closing(Guardian()))
        chosen = servers.choose(settings, folder, guardian)
        supervisor = Supervisor(guardian, say=_warn, changed=lambda: None, log=folder.log("supervisor"))
        stack.callback(supervisor.stop)
        with supervisor.signals():
            try:
                supervisor.launch(*chosen.children)
                supervisor.wait_for(*chosen.children)
            except Stopped:
                raise KeyboardInterrupt from None
        yield chosen.internal


def _warn(line: str) -> None:
    """Print a line on standard error, because the output of the command may go to standard output."""
    print(line, file=sys.stderr)
