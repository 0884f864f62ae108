"""Convert local times to UTC. When clocks change for daylight saving time, some local times do not exist (spring) and some occur
twice (autumn). Both are faults.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.flights import rules
from core.imports.csv.checks import Check, Mask

Zones = npt.NDArray[np.object_]


def convert_to_utc(check: Check, wall_times: pd.Series, zones: Zones, local: Mask) -> pd.Series:
    """The UTC times of `wall_times`. Where `local` is true, the value is a local time (so far read as if it were UTC) in the zone of
    its row.
    """
    pending = local & check.good
    nowhere = pending & np.array([zone is None for zone in zones], dtype=np.bool_)
    check.require(
        pd.Series(~nowhere),
        "no_time_zone",
        "The time zone of this place is not known. End the time with Z for UTC, or with an offset such as +05:30.",
    )
    pending &= check.good
    timestamps = wall_times.copy()
    for zone in sorted(set(zones[pending].tolist())):
        here = pending & (zones == zone)
        timestamps[here] = _in_zone(check, pd.DatetimeIndex(wall_times[here]).tz_localize(None), here, zone)
    check.require(
        timestamps.between(rules.EARLIEST, rules.LATEST, inclusive="left"),
        "out_of_range",
        f"Must be a time from {rules.EARLIEST.year} to {rules.LATEST.year - 1}.",
    )
    return timestamps


def _in_zone(check: Check, clock: pd.DatetimeIndex, here: Mask, zone: str) -> pd.DatetimeIndex:
    def refuse(broken: Mask, code: str, message: str) -> None:
        holds = np.ones(len(here), dtype=np.bool_)
        holds[here] = ~broken
        check.require(pd.Series(holds), code, message)

    first = np.ones(len(clock), dtype=np.bool_)
    refuse(
        np.asarray(_localized(clock, zone, first, "NaT").isna()),
        "nonexistent_time",
        f"This local time does not exist in {zone}: on that day the clocks are put forward and skip it.",
    )
    refuse(
        np.asarray(_localized(clock, zone, "NaT", "shift_forward").isna()),
        "ambiguous_time",
        f"This local time occurs twice in {zone}, because the clocks are put back on that day. End it with the offset that you mean, such as +02:00.",
    )
    return _localized(clock, zone, first, "shift_forward").tz_convert("UTC")


def _localized(clock: pd.DatetimeIndex, zone: str, ambiguous: Any, nonexistent: Any) -> pd.DatetimeIndex:
    return clock.tz_localize(zone, ambiguous=ambiguous, nonexistent=nonexistent)
