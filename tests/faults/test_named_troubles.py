"""The overview names each of the eight problems of `troubles.py` first within ten seconds, and none after it is solved."""

from __future__ import annotations

from typing import Final

import pytest

from tests.support.troubles import TROUBLES, Installation, Trouble, worker_frozen, worker_stopped
from tests.support.waiting import promised, until

pytestmark = pytest.mark.timeout(400)

SHOWN_SECONDS: Final = 10.0


def look_closer(here: Installation, trouble: Trouble) -> None:
    """What else belongs to a trouble."""
    if trouble.make is worker_stopped:
        until(lambda: "; 3 bookings wait; oldest " in here.first()["message"])
    if trouble.make is worker_frozen:
        silent = [cause["message"] for cause in here.causes() if cause["code"] == "worker_silent"]
        assert [f"process {here.worker.pid}" in each for each in silent] == [True]


@pytest.mark.variant
def test_the_overview_names_each_trouble_first_and_then_none(troubled: Installation) -> None:
    for trouble in TROUBLES:
        with trouble.make(troubled):

            def is_named(trouble: Trouble = trouble) -> bool:
                first = troubled.first()
                return first.get("code") == trouble.code and trouble.words in first["message"]

            promised(is_named, seconds=SHOWN_SECONDS)
            look_closer(troubled, trouble)
        until(troubled.is_well, seconds=60)
