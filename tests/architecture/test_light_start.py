"""A process loads pandas only with its first file of flights, because it costs a worker 1.5 s and 90 MB."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = "import sys, {module}; print(*sorted({{'pandas', 'pyarrow'}} & sys.modules.keys()))"


@pytest.mark.parametrize(("module", "loaded"), [("workers.main", ""), ("workers.imports.run", "pandas pyarrow")])
def test_a_worker_begins_without_pandas(module: str, loaded: str) -> None:
    """The second line is the control: that is what it loads with a file."""
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(module=module)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
