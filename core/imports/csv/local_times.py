"""Convert local times to UTC, and find the local date of a time in UTC.

When clocks change for daylight saving time, some local times do not exist (spring) and some occur twice (autumn). Both are faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.flights import rules
from core.imports.csv.checks import Check, Mask

Zones = npt.NDArray[np.object_]

REMEMBERED: Final = 8_192
_DAY_SECONDS: Final = 24 * 60 * 60
_SECOND_US: Final = 1_000_000
_ALLOWED: Final = (int(rules.EARLIEST.timestamp()), int(rules.LATEST.timestamp()))


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
    rows = np.flatnonzero(pending)
    zone_of_row, names = pd.factorize(zones[rows])
    moments = pd.DatetimeIndex(wall_times).as_unit("us").asi8.copy()
    offset, is_certain = _offsets(moments[rows] // _SECOND_US, names.tolist(), zone_of_row)
    moments[rows[is_certain]] -= offset[is_certain] * _SECOND_US
    timestamps = pd.Series(pd.DatetimeIndex(moments.view("M8[us]")).tz_localize("UTC"))
    for number in np.unique(zone_of_row[~is_certain]).tolist():
        here = np.zeros(len(zones), dtype=np.bool_)
        here[rows[~is_certain & (zone_of_row == number)]] = True
        timestamps[here] = _in_zone(check, pd.DatetimeIndex(wall_times[here]).tz_localize(None), here, names[number])
    check.require(
        timestamps.between(rules.EARLIEST, rules.LATEST, inclusive="left"),
        "out_of_range",
        f"Must be a time from {rules.EARLIEST.year} to {rules.LATEST.year - 1}.",
    )
    return timestamps


def _offsets(
    walls: npt.NDArray[np.int64], zones: Sequence[str], zone_of_row: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Mask]:
    """For each local time (in seconds, as if it were UTC): by how many seconds its zone is ahead of UTC, and whether that is certain because
    the zone does not change its clocks on that day, nor on the day before or after it.
    """
    day_codes, days = pd.factorize(zone_of_row << 32 | walls // _DAY_SECONDS)
    found = [_offset_around(zones[day >> 32], day & 0xFFFF_FFFF) for day in days.tolist()]
    offsets = np.array([0 if each is None else each for each in found], np.int64)
    return offsets[day_codes], np.array([each is not None for each in found], np.bool_)[day_codes]


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


def local_days(timestamps: pd.Series, zones: Sequence[str], zone_of_row: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Local dates, in days since 1970-01-01; undefined where a timestamp is missing or outside of the allowed years. `zone_of_row`: for each
    row, its index in `zones`.

    The offset of a zone is looked up once for each day in UTC, because looking it up for each row takes as long as the rest of the
    validation. A zone changes its clocks at most once in a day.
    """
    moments = pd.DatetimeIndex(timestamps).as_unit("us")
    seconds = np.clip(moments.asi8 // _SECOND_US, *_ALLOWED)
    day_codes, days = pd.factorize(zone_of_row << 32 | seconds // _DAY_SECONDS)
    offsets = [_offset_of_day(zones[day >> 32], day & 0xFFFF_FFFF) for day in days.tolist()]
    offset = np.array([0 if each is None else each for each in offsets], np.int64)[day_codes]
    changes = np.array([each is None for each in offsets], np.bool_)[day_codes]
    for row in np.flatnonzero(changes).tolist():
        offset[row] = _offset(zones[zone_of_row[row]], int(seconds[row]))
    return (seconds + offset) // _DAY_SECONDS


@lru_cache(REMEMBERED)
def _offset_of_day(zone: str, day: int) -> int | None:
    """By how many seconds a zone is ahead of UTC on a day in UTC (days since 1970-01-01); None if that changes during the day."""
    first, last = (_offset(zone, second) for second in (day * _DAY_SECONDS, (day + 1) * _DAY_SECONDS))
    return first if first == last else None


@lru_cache(REMEMBERED)
def _offset_around(zone: str, day: int) -> int | None:
    """As `_offset_of_day`, for the day, the one before and the one after: every moment of the local day is on one of the three."""
    before, same, after = (_offset_of_day(zone, day + shift) for shift in (-1, 0, 1))
    return same if before == same == after else None


def _offset(zone: str, second: int) -> int:
    """By how many seconds a zone is ahead of UTC at a moment (unix time)."""
    offset = datetime.fromtimestamp(second, _zone(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


_zone: Final = cache(ZoneInfo)  # `ZoneInfo` itself keeps the last eight only
