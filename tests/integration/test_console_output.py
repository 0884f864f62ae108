"""The output of `skyqueue up`: a reader that stops reading, or closes the pipe, does no harm."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from launcher.supervisor.console import Console


def test_who_stops_reading_does_not_stop_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        console = Console()
        with console.step("Doing ...", "Done"):
            console.say("the first line")
        console.say("the last line")


@pytest.mark.parametrize("forced", ["", "1"])
def test_a_reader_that_leaves_costs_no_exit_status(forced: str) -> None:
    """As a process: what Python still holds at its end finds nobody either. `forced`: colours, as if it were a terminal."""
    code = "import time; from launcher.supervisor.console import Console; c = Console(); c.say('1'); time.sleep(.3); c.say('2'); c.say('3')"
    command = f'{{ "{sys.executable}" -c "{code}"; echo $? >&2; }} | head -1'
    ran = subprocess.run(
        command, shell=True, capture_output=True, text=True, env={**os.environ, "FORCE_COLOR": forced}, check=False
    )
    assert (ran.stdout, ran.stderr) == ("1\n", "0\n")
