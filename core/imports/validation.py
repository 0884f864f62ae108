"""Validate a chunk: convert its text to rows of the staging table, and report a fault for every cell or row that breaks a rule."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from core import money
from core.flights import numbers, rules
from core.flights.announcements.route_versions import RouteDays
from core.flights.details import CABIN_MISMATCH
from core.imports import cabins, prices
from core.imports.csv.checks import Check, Mask, faults_at
from core.imports.csv.columns import BY_NAME, LOCAL_BY_NAME, UTC_BY_NAME, Column, LocalTimestamp
from core.imports.csv.faults import Fault, shortened
from core.imports.csv.reader import Chunk
from core.imports.csv.routes import Ends, Routes
from core.imports.csv.seen import SeenKeys
from core.imports.models import READ_AS, TOO_FAST, ImportTimes
from core.places.letters import lower
from core.places.route import UnknownPlaces

NOTES: Final = 100
"""The largest number of notes of one import."""
_WHY_TOO_FAST: Final = (
    "No airliner flies from {} to {} in so little time. If the times are those of the clocks at both places, import the file with local times, "
    "or write the offset of each time."
)
_COLUMNS: Final = {ImportTimes.ZONED: BY_NAME, ImportTimes.UTC: UTC_BY_NAME, ImportTimes.LOCAL: LOCAL_BY_NAME}


def validate(
    chunk: Chunk,
    seen: SeenKeys,
    *,
    times: ImportTimes = ImportTimes.ZONED,
    unknown_places: UnknownPlaces = UnknownPlaces.REFUSE,
    noted: set[str] | None = None,
) -> pa.Table:
    """Check every rule that does not need the database.

    Faults are added to the chunk, and the keys of valid rows to `seen`. For a name of a place at which a person should look, a note is added
    to the chunk, once for each name; `noted` are the names that were noted before. Returns the valid rows in the columns of the staging
    table.
    """
    cells, lines = chunk.cells, chunk.lines
    columns: dict[str, Column] = _COLUMNS[times]
    checks = {name: Check(name, cells[name], required=columns[name].required) for name in cells.columns}
    values = {name: columns[name].read(check) for name, check in checks.items()}
    routes = Routes(values["source"], values["destination"], unknown_places)
    source, destination = routes.source, routes.destination
    source.check(checks["source"])
    destination.check(checks["destination"])
    is_valid = _valid_rows(checks, len(cells))
    for name, place in (("departure_ts", source), ("arrival_ts", destination)):
        column = columns[name]
        if isinstance(column, LocalTimestamp):
            values[name] = column.convert_to_utc(checks[name], values[name], place.zones(), is_valid)
    is_valid = _valid_rows(checks, len(cells))
    faults = [fault for check in checks.values() for fault in check.faults(lines)]

    def require(holds: Mask, column: str, code: str, message: str) -> None:
        nonlocal is_valid
        broken = np.flatnonzero(is_valid & ~holds)
        if broken.size:
            faults.extend(faults_at(broken, cells[column].tolist(), lines, column, code, message))
            is_valid &= holds

    require(source.keys() != destination.keys(), "destination", "same_place", "Source and destination are the same place.")
    if "currency" in values:
        clear = prices.are_clear(values["price"], values["currency"])
        require(clear, "price", "too_many_decimals", money.WHY_THOUSANDS)
        fits = prices.fit(values["price"], values["currency"])
        require(fits, "price", "too_many_decimals", "Must have no more decimals than its currency: none in JPY, three in KWD.")
    if "cabin" in values:
        sizes = cabins.sizes(values["cabin"])
        fits = np.isnan(sizes) | (sizes == values["total_seats"].to_numpy(dtype=np.float64))
        require(fits, "cabin", CABIN_MISMATCH, "Must have as many seats as the flight: its name ends with their number.")
    duration = values["arrival_ts"] - values["departure_ts"]
    require((duration > pd.Timedelta(0)).to_numpy(dtype=np.bool_), "arrival_ts", *rules.ARRIVES_BEFORE)
    require((duration <= rules.LONGEST).to_numpy(dtype=np.bool_), "arrival_ts", *rules.ARRIVES_TOO_LATE)
    keys = _number_keys(values["flight_number"], is_valid)
    first = seen.add(keys, values["departure_ts"], is_valid)
    require(
        first,
        "flight_number",
        "duplicate_in_file",
        "An earlier row of this file has the same flight number and departure. Remove one of the two.",
    )

    for fault in sorted(faults, key=lambda fault: fault.line):
        chunk.faults.add(fault)
    if noted is not None:
        chunk.faults.notes += _notes({"source": source, "destination": destination}, lines, noted)
        too_fast = is_valid & (duration.to_numpy("timedelta64[us]").astype(np.int64) < routes.shortest())
        chunk.faults.notes += _doubts(np.flatnonzero(too_fast), cells, lines, noted)
    return _table(chunk, values, keys, source, destination, is_valid)


def _notes(ends: dict[str, Ends], lines: npt.NDArray[np.int64], noted: set[str]) -> Iterator[Fault]:
    """One note for each name of a place at which a person should look, at its first row."""
    for column, each in ends.items():
        for row, end in each.to_note():
            if end.name not in noted and len(noted) < NOTES:
                noted.add(end.name)
                yield Fault(int(lines[row]), column, shortened(end.name), READ_AS, end.code or "")


def _doubts(rows: npt.NDArray[np.intp], cells: pd.DataFrame, lines: npt.NDArray[np.int64], noted: set[str]) -> Iterator[Fault]:
    """One note for each route on which a flight would be faster than airliners are, at its first row of these."""
    for row in rows.tolist():
        source, destination, arrival = (cells[name].iloc[row] for name in ("source", "destination", "arrival_ts"))
        pair = f"{source} > {destination}"
        if pair not in noted and len(noted) < NOTES:
            noted.add(pair)
            yield Fault(int(lines[row]), "arrival_ts", shortened(arrival), TOO_FAST, _WHY_TOO_FAST.format(source, destination))


def _number_keys(written: pd.Series, is_valid: Mask) -> pd.Series:
    """The keys by which flight numbers are compared (`core/flights/numbers.py`); undefined for a row with a fault."""
    codes, distinct = pd.factorize(written.where(is_valid, ""))
    keys = np.array([numbers.key_of(number) for number in distinct.tolist()], dtype=object)
    return pd.Series(keys[codes], dtype=written.dtype)


def _valid_rows(checks: dict[str, Check], rows: int) -> Mask:
    """For each row, whether none of its cells has a fault."""
    is_valid: Mask = np.ones(rows, dtype=np.bool_)
    for check in checks.values():
        is_valid &= check.good
    return is_valid


def route_days(rows: pa.Table) -> RouteDays:
    """The route days of validated rows."""
    found = RouteDays()
    if not len(rows):
        return found
    names = ("source", "source_iata", "destination", "destination_iata")
    codes = np.zeros(len(rows), np.int64)
    for name in names:
        encoded = rows[name].combine_chunks().dictionary_encode()
        codes = codes * (len(encoded.dictionary) + 1) + encoded.indices.fill_null(-1).to_numpy() + 1
    _, firsts, routes = np.unique(codes, return_index=True, return_inverse=True)
    days = rows["departure_date"].cast(pa.int32()).to_numpy()
    route_days = np.unique(routes.astype(np.int64) << 32 | days)
    ends = np.cumsum(np.bincount(route_days >> 32))
    first_rows = rows.select(names).take(pa.array(firsts)).to_pylist()
    for row, of_route in zip(first_rows, np.split(route_days & 0xFFFF_FFFF, ends[:-1]), strict=True):
        source, destination = (row[f"{end}_iata"] or lower(row[end]) for end in ("source", "destination"))
        found.add(source, destination, of_route.tolist())
    return found


def _table(
    chunk: Chunk, values: dict[str, pd.Series], keys: pd.Series, source: Ends, destination: Ends, is_valid: Mask
) -> pa.Table:
    """The good rows in the order and the types of the staging table."""
    departures = values["departure_ts"]
    count = int(is_valid.sum())

    def valid(array: Any) -> pa.Array:
        return pa.array(array[is_valid])

    currency, cabin = values.get("currency"), values.get("cabin")
    return pa.table(
        {
            "line": valid(chunk.lines),
            "id": _new_ids(count),
            "flight_number": valid(values["flight_number"]),
            "flight_number_key": valid(keys),
            "source": valid(source.names()),
            "destination": valid(destination.names()),
            "source_iata": valid(source.codes()),
            "destination_iata": valid(destination.codes()),
            # Without a zone, because writing times with a zone takes twenty times as long. The connection's time zone is UTC.
            "departure_ts": valid(departures).cast(pa.timestamp("us")),
            "arrival_ts": valid(values["arrival_ts"]).cast(pa.timestamp("us")),
            "departure_date": pa.array(source.local_days(departures)[is_valid], pa.int32()).cast(pa.date32()),
            "total_seats": valid(values["total_seats"]),
            "price": valid(values["price"]),
            "currency": pa.nulls(count, pa.string()) if currency is None else valid(currency),
            "cabin": pa.nulls(count, pa.string()) if cabin is None else valid(cabin),
        }
    )


def _new_ids(count: int) -> pa.Array:
    """UUIDv7s as text, in ascending order, so that the rows of one chunk are beside each other in the index.

    48 bits of milliseconds, 26 bits that count (RFC 9562, method 1), 48 random bits.
    """
    ids = np.empty((count, 16), np.uint8)
    number = np.arange(count, dtype=np.uint32)
    ids[:, :6] = np.frombuffer((time.time_ns() // 1_000_000).to_bytes(6, "big"), np.uint8)
    ids[:, 6] = 0x70 | (number >> 22 & 0x0F)
    ids[:, 7] = number >> 14 & 0xFF
    ids[:, 8] = 0x80 | (number >> 8 & 0x3F)
    ids[:, 9] = number & 0xFF
    ids[:, 10:] = np.frombuffer(os.urandom(6 * count), np.uint8).reshape(count, 6)
    offsets = np.arange(count + 1, dtype=np.int32) * 32
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(ids.tobytes().hex().encode()))
