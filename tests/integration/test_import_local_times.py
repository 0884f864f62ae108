"""Local times in an imported file, at the source and at the destination."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support.imports import ImportSteps, ImportStepsFactory, csv_of, faults, row


@pytest.fixture
def import_steps(open_import_steps: ImportStepsFactory) -> ImportSteps:
    """Where a place that no registry knows is taken as it is written."""
    return open_import_steps(UNKNOWN_PLACES="accept")


def local(number: int, source: str, departure: str, destination: str, arrival: str) -> str:
    return row(number, source=source, departure_ts=departure, destination=destination, arrival_ts=arrival)


def test_a_local_time_is_what_the_clocks_show_at_each_end(import_steps: ImportSteps) -> None:
    status = import_steps.take(
        csv_of(
            [
                local(1, "Delhi", "2030-01-01 23:30", "Edinburgh", "2030-01-02 04:30"),
                local(2, "Boston", "2030-07-01T20:00:00", "BOS", "2030-07-01T23:00"),
                local(3, "Edinburgh", "2030-07-01T20:00:00", "Delhi", "2030-07-02T04:00:00Z"),
            ]
        ),
        times="local",
    )
    assert faults(status) == [(3, "destination", "same_place")]
    assert status["times"] == "local"
    assert import_steps.rows(
        "SELECT to_char(departure_ts, 'DD HH24:MI'), to_char(arrival_ts, 'DD HH24:MI'), departure_date FROM flights ORDER BY flight_number"
    ) == [("01 18:00", "02 04:30", date(2030, 1, 1)), ("01 19:00", "02 04:00", date(2030, 7, 1))]


@pytest.mark.parametrize(
    ("source", "departure", "code"),
    [
        ("Edinburgh", "2030-03-31T01:30", "nonexistent_time"),
        ("Edinburgh", "2030-10-27T01:30", "ambiguous_time"),
        ("Lyon", "2030-03-31T02:00", "nonexistent_time"),
        ("Lyon", "2030-10-27T02:59:59.999999", "ambiguous_time"),
        ("LDH", "2030-04-07T01:45", "ambiguous_time"),
        ("Atlantis", "2030-01-01T10:00", "no_time_zone"),
        ("Auckland", "2000-01-01T05:00", "out_of_range"),
        ("Edinburgh", "2030-02-30T01:30", "not_a_time"),
    ],
)
def test_a_local_time_that_is_none_or_two_is_a_bad_row(import_steps: ImportSteps, source: str, departure: str, code: str) -> None:
    status = import_steps.take(csv_of([local(1, source, departure, "Mumbai", "2031-01-01T00:00Z"), row(2)]), times="local")
    assert (faults(status), status["created"]) == ([(2, "departure_ts", code)], 1)


@pytest.mark.parametrize(
    ("source", "departure", "utc"),
    [
        ("Edinburgh", "2030-03-31T00:59:59", "00:59"),
        ("Edinburgh", "2030-03-31T02:00", "01:00"),
        ("Edinburgh", "2030-10-27T00:59", "23:59"),
        ("Edinburgh", "2030-10-27T02:00", "02:00"),
        ("Edinburgh", "2030-10-27T01:30+01:00", "00:30"),
        ("Edinburgh", "2030-10-27T01:30Z", "01:30"),
        ("Atlantis", "2030-10-27T01:30Z", "01:30"),
        ("Kathmandu", "2030-06-01T10:00", "04:15"),
    ],
)
def test_a_local_time_beside_a_change_of_the_clocks_is_one_moment(
    import_steps: ImportSteps, source: str, departure: str, utc: str
) -> None:
    arrival = f"{date.fromisoformat(departure[:10]) + timedelta(days=1)}T12:00Z"
    status = import_steps.take(csv_of([local(1, source, departure, "Mumbai", arrival)]), times="local")
    assert status["created"] == 1, status["errors"]
    assert import_steps.rows("SELECT to_char(departure_ts, 'HH24:MI') FROM flights") == [(utc,)]


def test_without_the_option_a_local_time_is_a_fault(import_steps: ImportSteps) -> None:
    data = csv_of([local(1, "Delhi", "2030-01-01T10:00", "Mumbai", "2030-01-01T12:00")])
    assert faults(import_steps.take(data)) == [(2, "arrival_ts", "no_time_zone"), (2, "departure_ts", "no_time_zone")]
    assert import_steps.send(data) != import_steps.send(data, times="local"), "the same bytes, read in another way"
    assert import_steps.admin.post("/admin/flights/bulk-upload", content=data, params={"times": "there"}).status_code == 422


def test_rows_that_name_one_moment_in_two_ways_are_one_flight(import_steps: ImportSteps) -> None:
    data = csv_of([local(1, "Delhi", "2030-01-01T10:00", "Pune", "2030-01-01T12:00"), row(1, departure_ts="2030-01-01T04:30Z")])
    assert faults(import_steps.take(data, times="local")) == [(3, "flight_number", "duplicate_in_file")]


def test_a_time_without_a_zone_can_be_in_utc(import_steps: ImportSteps) -> None:
    status = import_steps.take(
        csv_of(
            [
                local(1, "Delhi", "2030-01-01 23:30", "Edinburgh", "2030-01-02T04:30"),
                local(2, "Delhi", "2030-07-01T20:00:00+05:30", "Edinburgh", "2030-07-01T23:00Z"),
                local(3, "Lyon", "2030-03-31T02:00", "Delhi", "2030-03-31T09:00"),  # no such time in Lyon
                local(4, "Delhi", "2030-02-30T01:30", "Edinburgh", "2030-07-01T23:00"),
                local(5, "Delhi", "1999-12-31T23:59", "Edinburgh", "2000-01-01T03:00"),
            ]
        ),
        times="utc",
    )
    assert faults(status) == [(5, "departure_ts", "not_a_time"), (6, "departure_ts", "out_of_range")]
    assert (status["times"], status["created"]) == ("utc", 3)
    assert import_steps.rows(
        "SELECT to_char(departure_ts, 'DD HH24:MI'), to_char(arrival_ts, 'DD HH24:MI'), departure_date FROM flights ORDER BY flight_number"
    ) == [
        ("01 23:30", "02 04:30", date(2030, 1, 2)),
        ("01 14:30", "01 23:00", date(2030, 7, 1)),
        ("31 02:00", "31 09:00", date(2030, 3, 31)),
    ]
