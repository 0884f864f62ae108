"""Local times become UTC, and the local date of a flight is the one that the clocks at its airport show, also on days on which they
change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, _zoneinfo  # type: ignore[attr-defined]  # it has no stubs

import airportsdata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.flights import rules
from core.imports.csv import local_times
from core.imports.csv.checks import Check

ZONES = sorted({row["tz"] for row in airportsdata.load("IATA").values()})
CHANGING = ("America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = st.datetimes(
    rules.EARLIEST.replace(tzinfo=None), rules.LATEST.replace(tzinfo=None) - timedelta(seconds=1), timezones=st.just(UTC)
)


def transitions(zone: str) -> list[int]:
    """The moments (unix time) at which a zone changed or will change its clocks until 2037, as the time zone database lists them."""
    found: list[int] = _zoneinfo.ZoneInfo(zone)._trans_utc
    return found


def local_days(moments: list[datetime], zones: list[str]) -> list[int]:
    distinct = list(dict.fromkeys(zones))
    number = np.array([distinct.index(zone) for zone in zones], np.int64)
    found: list[int] = local_times.local_days(pd.Series(pd.DatetimeIndex(moments).as_unit("us")), distinct, number).tolist()
    return found


def expected_days(moments: list[datetime], zones: list[str]) -> list[int]:
    locally = (moment.astimezone(local_times._zone(zone)) for moment, zone in zip(moments, zones, strict=True))
    return [(each.date() - _EPOCH.date()).days for each in locally]


def to_utc(walls: list[datetime], zones: list[str]) -> list[datetime | str]:
    """The time in UTC, or the code of the fault, of each local time."""
    check = Check("departure_ts", pd.Series([wall.isoformat() for wall in walls], dtype="str"), required=True)
    times = pd.Series(pd.DatetimeIndex(walls).as_unit("us").tz_localize("UTC"))
    local = np.ones(len(walls), np.bool_)
    found = local_times.convert_to_utc(check, times, np.array(zones, dtype=object), local)
    faults = {fault.line: fault.code for fault in check.faults(np.arange(len(walls)))}
    return [faults.get(row, moment.to_pydatetime()) for row, moment in enumerate(found)]


def expected_utc(wall: datetime, zone: str) -> datetime | str:
    """From Python's own rules: `fold` chooses one of two meanings, and a time that does not exist is another one after going to UTC and back."""
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    exists = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    return "ambiguous_time" if exists else "nonexistent_time"


_WALLS = st.datetimes(
    rules.EARLIEST.replace(tzinfo=None) + timedelta(days=2), rules.LATEST.replace(tzinfo=None) - timedelta(days=2)
)


@given(st.lists(st.tuples(_WALLS, st.sampled_from(ZONES)), min_size=1))
def test_a_local_time_in_utc(rows: list[tuple[datetime, str]]) -> None:
    walls, zones = [wall for wall, _ in rows], [zone for _, zone in rows]
    assert to_utc(walls, zones) == [expected_utc(*row) for row in rows]


@pytest.mark.parametrize("zone", CHANGING)
def test_local_times_when_the_clocks_change(zone: str) -> None:
    """Every quarter of an hour of the days around each change, as the clocks show it before and after the change."""
    changes = [moment for moment in transitions(zone) if moment > rules.EARLIEST.timestamp() + 2 * 86_400]
    walls = sorted(
        {
            (_EPOCH + timedelta(seconds=change + shift + quarter * 900)).replace(tzinfo=None)
            for change in changes
            for shift in (int(local_times._offset(zone, change - 1)), int(local_times._offset(zone, change)))
            for quarter in range(-100, 101)
        }
    )
    assert to_utc(walls, [zone] * len(walls)) == [expected_utc(wall, zone) for wall in walls]


@given(st.lists(st.tuples(_MOMENTS, st.sampled_from(ZONES)), min_size=1))
def test_the_local_date_at_any_moment(rows: list[tuple[datetime, str]]) -> None:
    moments, zones = [moment for moment, _ in rows], [zone for _, zone in rows]
    assert local_days(moments, zones) == expected_days(moments, zones)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia"]
)
def test_the_local_date_when_the_clocks_change(zone: str) -> None:
    """Every quarter of an hour of the days around each change. On such a day the offset is looked up for each moment."""
    changes = [moment for moment in transitions(zone) if moment > rules.EARLIEST.timestamp() + 86_400]
    assert changes
    moments = [_EPOCH + timedelta(seconds=change + quarter * 900) for change in changes for quarter in range(-96, 97)]
    assert local_days(moments, [zone] * len(moments)) == expected_days(moments, [zone] * len(moments))


def test_no_airport_changes_its_clocks_twice_in_a_day() -> None:
    """The offset of a whole day is taken from its begin and its end."""
    closest = {
        zone: min(
            (later - sooner for sooner, later in pairwise(transitions(zone)) if later > rules.EARLIEST.timestamp()), default=None
        )
        for zone in ZONES
    }
    assert [zone for zone, seconds in closest.items() if seconds is not None and seconds < 2 * 86_400] == []


def test_rows_without_a_usable_time_do_not_stop_the_others() -> None:
    moments = pd.Series(pd.DatetimeIndex([pd.NaT, "0001-01-01T00:00Z", "9999-12-31T23:59Z", "2030-01-01T20:00Z"]).as_unit("us"))
    assert local_times.local_days(moments, ["Asia/Kolkata"], np.zeros(4, np.int64)).tolist()[3] == 21_916
