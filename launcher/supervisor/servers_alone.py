"""The servers of an installation without anything that works on them: for a command that may run while nothing else does."""

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
    """Our own servers in the data folder, started for as long as the block takes; those that the settings name are used as they are.

    Raises:
        CannotStart: a `skyqueue up` has the folder, or a server does not start.
        KeyboardInterrupt: somebody stopped us while they started.
    """
    with ExitStack() as held:
        folder = held.enter_context(installation.held(settings.servers.data_dir))
        guardian = held.enter_context(closing(Guardian()))
        chosen = servers.choose(settings, folder, guardian)
        supervisor = Supervisor(guardian, tell=_warn, changed=lambda: None, log=folder.log("supervisor"))
        held.callback(supervisor.stop)
        with supervisor.signals():
            try:
                supervisor.launch(*chosen.children)
                supervisor.wait_for(*chosen.children)
            except Stopped:
                raise KeyboardInterrupt from None
        yield chosen.inner


def _warn(line: str) -> None:
    """The standard output may be what the command writes."""
    print(line, file=sys.stderr)
