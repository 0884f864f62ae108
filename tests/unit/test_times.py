"""The formats of times, which are the same in requests and in files."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.flights import times
from core.imports.csv.checks import Check
from core.imports.csv.columns import Timestamp

TEN = datetime(2027, 3, 1, 10, tzinfo=UTC)
MICROS = TEN.replace(microsecond=123456)
WRITTEN = {
    "2027-03-01T10:00:00Z": TEN,
    "2027-03-01t10:00:00z": TEN,
    "2027-03-01 10:00:00+00": TEN,
    "2027-03-01 10:00:00 UTC": TEN,
    "2027-03-01 10:00 UTC": TEN,
    "2027-03-01 10:00:00UTC": TEN,
    "2027-03-01 10:00 gmt": TEN,
    "2027-03-01 10:00:00 +0000": TEN,
    "2027-03-01T10:00Z": TEN,
    "2027-03-01T10:00:00-00:00": TEN,
    "2027-03-01 15:30:00+05:30": TEN,
    "2027-03-01 15:30 +0530": TEN,
    "2027-03-01T02:00:00-08": TEN,
    "2027-03-02T00:00:00+14:00": TEN,
    "2027-03-01T10:00:00.123456Z": MICROS,
    "2027-03-01T10:00:00.123456789Z": MICROS,
    "2027-03-01 10:00:00.123456000000+00": MICROS,
    "2027-03-01T10:00:00.5Z": TEN.replace(microsecond=500000),
    "2027-03-01T09:59:60Z": TEN,
}
REFUSED = {
    "2027-03-01T10:00:00": "no_time_zone",
    "2027-03-01 10:00": "no_time_zone",
    "2027-02-30T10:00:00Z": "not_a_time",
    "2027-03-01": "not_a_time",
    "2027-03-01T24:00:00Z": "not_a_time",
    "2027-03-01T10:60:00Z": "not_a_time",
    "2027-03-01T10:00:61Z": "not_a_time",
    "2027-03-01T10Z": "not_a_time",
    "2027-03-01  10:00Z": "not_a_time",
    "01/03/2027 10:00Z": "not_a_time",
    "20270301T100000Z": "not_a_time",
    "2027-03-01T10:00:00+15:00": "not_a_time",
    "2027-03-01T10:00:00 IST": "not_a_time",
    "2027-03-01T10:00:00.Z": "not_a_time",
    "1803981600": "not_a_time",
    "infinity": "not_a_time",
    "٢٠٢٧-03-01T10:00:00Z": "not_a_time",
}


def of_a_file(text: str) -> datetime | str:
    check = Check("departure_ts", pd.Series([text], dtype=pd.StringDtype(storage="pyarrow", na_value=np.nan)), required=True)
    moments = Timestamp("departure_ts", "").read(check)
    faults = list(check.faults(np.array([2])))
    if faults:
        return faults[0].code
    read: datetime = moments.iloc[0].to_pydatetime()
    return read.astimezone(UTC)


def of_a_request(text: str) -> datetime | str:
    try:
        return times.read(text, "/departure_ts").astimezone(UTC)
    except Invalid as refused:
        code: str = refused.data["errors"][0]["code"]
        return code


@pytest.mark.parametrize("text", WRITTEN)
def test_a_time_means_the_same_in_requests_and_files(text: str) -> None:
    assert of_a_request(text) == of_a_file(text) == WRITTEN[text]


@pytest.mark.parametrize("text", REFUSED)
def test_an_invalid_time_is_refused_in_requests_and_files(text: str) -> None:
    assert of_a_request(text) == of_a_file(text) == REFUSED[text]


parts = st.sampled_from(
    ["2027-03-01", "2027-02-30", "T", " ", "10:00", "10:00:00", "10:00:60", ".5", ".1234567", "Z", "UTC", " UTC", "+00", "+0530", "-08:00", "x"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(parts, min_size=2, max_size=5).map("".join))
def test_no_text_is_accepted_only_in_requests_or_only_in_files(text: str) -> None:
    if text.strip():
        assert of_a_request(text.strip()) == of_a_file(text.strip())
