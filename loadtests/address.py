"""Where the product answers that is up on this machine: for `make loadtest`."""

from __future__ import annotations

import sys

from core.settings import Servers
from launcher.supervisor import runtime_file


def main() -> int:
    """Print the address, or say on standard error what to start first. Returns the exit status."""
    folder = Servers().data_dir.expanduser()
    running = runtime_file.find(folder / runtime_file.NAME)
    if running is None or not running.is_running:
        print(f"Nothing runs in {folder}: start `make up` first, in another terminal.", file=sys.stderr)
        return 1
    print(running.base_url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
