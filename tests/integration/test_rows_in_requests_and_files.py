"""A row of a file and a request with the same values have the same result: the same flight, or a fault in the same field. A file with
damaged bytes never causes an internal error, and never changes a value without a fault.
"""

from __future__ import annotations

import csv
import io
import os
import random
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.flights import numbers
from core.text.characters import strip_invisible
from tests.support.flights import noon_in
from tests.support.imports import HEADER, ImportSteps

EXAMPLES: Final = int(os.environ.get("SKYQUEUE_TEST_ROWS", "6"))
"""Files of a dozen rows. Set it to some hundreds for a thorough look."""
COLUMNS: Final = (*HEADER.split(","), "currency")

CELLS: Final[dict[str, list[str]]] = {
    "flight_number": ["AI-202", "ai 0202", "6E 5", "AI101A", "U2 8001", "АI105", "AI–106", "CHARTER 7", "NULL", "nan", "A", "AI/1", "ＡＩ１", "AI١٢", "MAR-1", "1E5", "007", "aı301", "TBA", "\u200bAI301", "3K0512", "AIC301", "AI-301-A"],
    "source": ["DEL", "Delhi", "Bombay", "London", "LON", "Dehli", "GOA", "Goa", "São Paulo", "Bagdad", "Frankfort", "TSE", "nan", "\\N", "San Jose", "Dеlhi", "S\ufffdo"],
    "destination": ["BOM", "Mumbai", "JFK", "Xi’an", "Naples", "del", "Kauai", "St. Thomas", "NULL"],
    "departure_ts": ["{day}T10:00:00Z", "{day} 10:00Z", "{day}T10:00:00+0530", "{day}T10:00:00.1234567Z", "{day} 10:00:00 UTC", "{day}T24:00:00Z", "{day}T23:59:60Z", "{day}T10:00:00", "{day}", "{day}t10:00z", "{day}T10:00:00+15:00", "2027-02-29T10:00Z", "1805101200", "{day}T10:00Z\u200b", "{day}\u00a010:00Z", "46447.5", "{day}T10:00:00−05:00"],
    "arrival_ts": ["{day}T23:00:00Z", "{day} 23:00+00", "{day}T23:59:60Z", "{day}T09:00:00Z", "15/03/2027 09:00", ""],
    "total_seats": ["150", "1", "1000", "1001", "0", "10.0", "1e1", "１０", "١٠", "1,000", "ten", "", "010"],
    "price": ["7500", "7500.00", "0", "0.5", "12.345", "1000.50", "1.234,50", "1,234.50", "INR 7,500", "₹7500", "1e3", "５００", "٥٠٠", "99999999.99", "100000000", "0.001", "7500.000", "7.500", "999.000", "", "7500\u00a0", "7500\u200b", " 7500", "1\u202f234", "-0", "7500.-", "00075"],
    "currency": ["", "INR", "inr", "JPY", "KWD", "EURO", "XXX", "DEM", "₹", "ＵＳＤ", "BTC", "ınr", "INR\u200b", "MRU", "XAU", "Rs", "HUF"],
}  # fmt: skip
"""What people write, right and wrong; the first ones are right."""
STRANGE: Final = '\u200b\ufeff\u00ad\u202e\u200d\ufffd\u0435\u00a0\u2028\u0085\x01\t"’,;|<{0١５'

Row = dict[str, str]


@st.composite
def rows(draw: st.DrawFn, day: int) -> Row:
    """A row of which most cells are right."""
    rng = draw(st.randoms(use_true_random=False))
    found = {}
    for column in COLUMNS:
        cell = CELLS[column][0] if rng.random() < 0.6 else rng.choice(CELLS[column])
        cell = cell.replace("{day}", f"{noon_in(10 + day):%Y-%m-%d}")
        if rng.random() < 0.08:
            place = rng.randint(0, len(cell))
            cell = cell[:place] + rng.choice(STRANGE) + cell[place + rng.randint(0, 1) :]
        elif rng.random() < 0.02:
            cell = draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
        # An apostrophe, and what a spreadsheet would run as a formula, mean something in a file alone.
        found[column] = cell.strip().lstrip("'=+-@\t\r ").strip()
    return found


def test_a_row_means_the_same_as_a_request(import_steps: ImportSteps) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(*(rows(day) for day in range(12))))
    def agrees(given_rows: tuple[Row, ...]) -> None:
        forget_flights(import_steps)
        by_request = [read_by_request(import_steps, row) for row in given_rows]
        forget_flights(import_steps)
        filed = sent_as_a_file(import_steps, given_rows)
        for row, one, other in zip(given_rows, by_request, filed, strict=True):
            if isinstance(one, set) and isinstance(other, set):
                assert one & other, (row, one, other)
            else:
                assert one == other, row

    agrees()


def forget_flights(import_steps: ImportSteps) -> None:
    with import_steps.db.transaction() as connection:
        connection.execute("TRUNCATE flights CASCADE")


def stored(flight: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flight.items() if name not in ("id", "version", "available_seats", "status")}


def read_by_request(import_steps: ImportSteps, row: Row) -> dict[str, Any] | set[str]:
    """The flight that the API makes of a row, or the fields at fault."""
    fields: dict[str, Any] = {
        name: cell for name, cell in row.items() if not (name == "currency" and strip_invisible(cell) == "")
    }
    seats = strip_invisible(row["total_seats"]).strip()
    if seats.isascii() and seats.isdigit():  # a number in JSON; marks that nobody sees are around numbers in files alone
        fields["total_seats"] = int(seats)
    response = import_steps.admin.post("/admin/flights", json=fields)
    assert response.status_code in (201, 422), response.text
    if response.status_code == 201:
        return stored(response.json())
    return {error["pointer"].removeprefix("/") for error in response.json()["errors"]}


def sent_as_a_file(import_steps: ImportSteps, given_rows: tuple[Row, ...]) -> list[dict[str, Any] | set[str]]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    begins = []
    for row in given_rows:
        begins.append(text.getvalue().count("\n") + 1)
        writer.writerow(row.values())
    status = import_steps.take(text.getvalue().encode())
    faults: dict[int, set[str]] = {}
    for error in status["errors"]:
        faults.setdefault(error["line"], set()).add(error["column"] or "")
    flights = import_steps.admin.get("/admin/flights", params={"limit": 100, "sort": "created_at"}).json()["data"]
    made = iter(sorted(flights, key=lambda flight: flight["departure_ts"]))
    found = iter([stored(flight) for flight in made])
    return [faults[line] if line in faults else next(found) for line in begins]


FILES: Final = [
    "\ufeffflight_number;source;destination;departure_ts;arrival_ts;total_seats;price;currency;;\r\n"
    "AI-301;Delhi;Mumbai;{day}T10:00:00Z;{day}T12:00:00Z;180;7500.00;INR;;\r\n"
    "6E 0042;Bombay;GOA;{day} 09:30+0530;{day} 18:00 UTC;150;4999.5;;;\r\n"
    "JL-44;Delhi;Haneda;{day}T01:00Z;{day}T10:00Z;200;45000;JPY;;\r\n",
    "sep=,\nFlight Number,Source,Destination,Departure TS,Arrival TS,Total Seats,Price\n"
    '"AI 9","Xi’an","São Paulo","{day}T00:00:00Z","{day}T22:15:00Z",9,"0"\n'
    '"U2 8001","Kochi","London (LGW)",{day}T02:00:00Z,{day}T14:00:00Z,1000,99999999.99\n\x1a',
    "flight_number\tsource\tdestination\tdeparture_ts\tarrival_ts\ttotal_seats\tprice\tcurrency\t_note\r\r\n"
    "KU-301\tDelhi\tKuwait\t{day}T10:00:00Z\t{day}T13:00:00Z\t180\t12.345\tKWD\tx\r\r\n"
    "AI-7\tDelhi\tSan José\t{day}T10:00:00Z\t{day}T23:00:00Z\t180\t7500\r\r\n",
]
PIECES: Final = [b'"', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"e3", b"1", b"-", b"'", b"=", b" ", b"\x1a"]  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file as a program wrote it, with a few slips anywhere."""
    data = draw(st.sampled_from(FILES)).replace("{day}", f"{noon_in(10):%Y-%m-%d}").encode()
    rng: random.Random = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.sampled_from((1, 1, 2, 5)))):
        place, length = rng.randint(0, len(data)), rng.choice((0, 0, 1, 3))
        data = data[:place] + rng.choice((b"", *PIECES)) + data[place + length :]
    return data


def test_no_slip_in_a_file_is_a_failure_or_changes_a_value_without_a_word(import_steps: ImportSteps) -> None:
    @settings(max_examples=5 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(files())
    def holds(data: bytes) -> None:
        forget_flights(import_steps)
        response = import_steps.admin.post("/admin/flights/bulk-upload", content=data, headers={"content-type": "text/csv"})
        assert response.status_code in (202, 415, 422), response.text
        if response.status_code != 202:
            assert response.json()["detail"]
            return
        job = response.json()["job_id"]
        import_steps.work(job)
        status = import_steps.status(job)
        assert status["status"] == "COMPLETED"
        assert status["created"] + status["failed"] == status["progress"]["processed"]
        assert len({error["line"] for error in status["errors"]}) == status["failed"]
        written = set(cells_of(data))
        for flight in import_steps.admin.get("/admin/flights", params={"limit": 100}).json()["data"]:
            assert as_written(flight) in written, (flight, data)

    holds()


def as_written(flight: dict[str, Any]) -> tuple[Any, ...]:
    departure, arrival = (datetime.fromisoformat(flight[name]) for name in ("departure_ts", "arrival_ts"))
    names = flight["flight_number"], flight["source"], flight["destination"]
    return (*names, departure, arrival, flight["total_seats"], Decimal(flight["price"]).normalize())


def cells_of(data: bytes) -> list[tuple[Any, ...]]:
    """The rows of a file as Python's own reader sees them, by every delimiter; those that it cannot make sense of are left out."""
    lines = data.rstrip(b"\x1a\r\n").decode("utf-8", "replace").replace("\r", "").split("\n")
    found = []
    for line in lines:
        for delimiter in ",;\t|":
            cells = [strip_invisible(cell).strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
            try:
                number, source, destination, departure, arrival, seats, price = cells[:7]
                times = [
                    datetime.fromisoformat(each.replace(" UTC", "Z").replace("+0530", "+05:30")) for each in (departure, arrival)
                ]
                found.append((numbers.tidy(number.upper()), source, destination, *times, int(seats), Decimal(price).normalize()))
            except (ValueError, ArithmeticError):
                continue
    return found
