"""The header of a file: its layout, or the errors in it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from core.imports.csv.header import LISTED, BadHeader, read_layout
from core.imports.csv.recognition.formats import NotText

NAMES = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", ""])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_line_end_and_byte_order_mark_are_found(delimiter: str, newline: str, mark: str) -> None:
    head = (mark + NAMES.replace(",", delimiter) + newline).encode()
    layout = read_layout(head)
    assert (layout.delimiter, layout.names, layout.rows_at, layout.first_line) == (delimiter, NAMES.split(","), len(head), 2)


def test_names_may_come_in_any_order_and_spelling() -> None:
    layout = read_layout(
        b'Price , "Flight Number",source,DESTINATION,departure-ts,arrival_ts,Total Seats,currency,_line,_error\nx'
    )
    assert layout.names == [
        "price", "flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats", "currency",
    ]  # fmt: skip
    assert layout.columns[-2:] == (None, None)


def test_blank_lines_before_the_header_are_counted() -> None:
    layout = read_layout(f"\n \r\n{NAMES}\nx".encode())
    assert (layout.first_line, layout.rows_at) == (4, 4 + len(NAMES) + 1)


def problems(head: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(BadHeader) as refused:
        read_layout(head)
    errors: list[dict[str, Any]] = refused.value.data["errors"]
    return [(error["pointer"], error["code"], error["message"]) for error in errors]


def test_a_misspelt_column_is_recognised() -> None:
    unknown, missing = problems(NAMES.replace("flight_number", "flightno").encode())
    assert unknown[:2] == ("/flightno", "unknown_column")
    assert "Did you mean 'flight_number'?" in unknown[2]
    assert missing[:2] == ("/flight_number", "missing_column")


def test_of_thousands_of_unknown_columns_some_are_named_and_the_others_counted() -> None:
    with pytest.raises(BadHeader) as refused:
        read_layout(",".join(f"pri{number}" for number in range(5000)).encode() + b"\n")
    errors = refused.value.data["errors"]
    assert [error["code"] for error in errors].count("unknown_column") == LISTED + 1
    assert errors[-1]["message"] == f"There are {5000 - LISTED} more unknown columns."


def test_a_carriage_return_inside_a_line_after_the_first_is_no_error_of_its_own() -> None:
    (problem,) = problems(b"Flights of the winter\na\rb,c\n")
    assert problem[1] == "no_header"


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert problems(f"{NAMES},price".encode()) == [("/price", "duplicate_column", "The column 'price' appears 2 times.")]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty_file"),
        (b"\n \r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (NAMES.encode("utf-16"), "not_utf8"),
        (NAMES.encode("utf-16-be"), "not_utf8"),
        (NAMES.encode() + b",na\xefve\n", "not_utf8"),
        (NAMES.encode() + b"\0\n", "not_utf8"),
        (NAMES.encode() + b"\rAI-1,Delhi\r", "bare_carriage_return"),
        (b"x" * 70_000, "line_too_long"),
        (b"just some words\n", "no_header"),
        (NAMES.replace(",", "^").encode() + b"\n", "no_header"),
        (f'"{NAMES}"\n'.encode(), "no_header"),
        (b"AI-1,Delhi,Mumbai,2027-03-01T10:00:00Z,2027-03-01T12:00:00Z,180,7500.00\n", "no_header"),
    ],
)
def test_what_is_no_header_is_refused(head: bytes, code: str) -> None:
    assert problems(head)[0][1] == code


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04\x14\x00",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        gzip.compress(NAMES.encode(), mtime=0),
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        b"%PDF-1.7",
        b"7z\xbc\xaf\x27\x1c",
        b"PK\x05\x06" + bytes(18),
        b"SQLite format 3\0" + bytes(84),
        b"flights.csv".ljust(257, b"\0") + b"ustar\x0000",
        b"{\\rtf1\\ansi flight_number,source}",
        b"<!DOCTYPE html>\n<table><tr><td>flight_number</td></tr></table>",
        b'\xef\xbb\xbf\r\n<?xml version="1.0"?>\n<flights/>',
        b"<table><tr><td>flight_number</td></tr></table>",
        b'[{"flight_number": "AI-1", "source": "Delhi"}]',
        b'[\n  {\n    "flight_number": "AI-1"\n  }\n]',
        b'{"flight_number": "AI-1"}\n{"flight_number": "AI-2"}\n',
    ],
)
def test_another_format_is_known_by_its_first_bytes(head: bytes) -> None:
    with pytest.raises(NotText):
        read_layout(head)


@pytest.mark.parametrize(
    "before",
    ["Flights of the summer,,,,,,\n", "# written by a script\n", "a\n\nb;c\n", "Flight,,,Departure,Arrival,Seats,\n", "price\n"],
)
def test_the_line_with_the_names_is_found_behind_a_title(before: str) -> None:
    line = before.count("\n") + 1
    assert f"Line {line} names them: remove the lines before it." in problems(f"{before}{NAMES}\nx".encode())[0][2]


def test_a_header_in_quotes_as_a_whole_is_recognised() -> None:
    (problem,) = problems(f'"{NAMES}"\n"AI-1,Delhi"\n'.encode())
    assert problem[2].endswith("The whole line is in quotes, so it is one cell. Remove the quotes around whole lines.")


@pytest.mark.parametrize(
    "names",
    [
        "Flugnummer;Von;Nach;Abflug;Ankunft;Sitzplätze;Preis",
        "Numéro de vol;Origine;Destination;Heure de départ;Heure d'arrivée;Sièges;Prix",
        "Número de vuelo;Origen;Destino;Hora de salida;Hora de llegada;Asientos;Precio",
        "Voo;Origem;Destino;Partida;Chegada;Assentos;Preço",
        "Volo;Origine;Destinazione;Partenza;Arrivo;Posti;Prezzo",
        "उड़ान संख्या;से;तक;प्रस्थान;आगमन;सीटें;किराया",
        "Flight #;From;To;STD;STA;Seats;Fare",
        "flightNumber;Source;Destination;departureTs;arrivalTs;totalSeats;Price",
    ],
)
def test_names_in_other_languages_are_understood_but_not_accepted(names: str) -> None:
    found = {pointer: message for pointer, code, message in problems(names.encode()) if code == "unknown_column"}
    accepted = {"destination", "source", "price"}
    for name, column in zip(names.split(";"), NAMES.split(","), strict=True):
        spelt = name.lower().replace(" ", "_")
        assert (spelt in accepted and spelt == column) or f"Did you mean {column!r}?" in found[f"/{spelt}"], name


def test_a_day_and_a_time_in_two_columns_belong_into_one() -> None:
    found = problems(b"flight_number,source,destination,departure_date,departure_time,arrival_ts,total_seats,price\n")
    told = "Write the day and the time of it together, in the column 'departure_ts'."
    assert [message.partition(". ")[2] for _, code, message in found if code == "unknown_column"] == [told, told]


def test_two_columns_that_mean_the_same_are_said_to_be_one() -> None:
    found = problems(b"flight_number,from,origin,destination,departure_ts,arrival_ts,total_seats,price\n")
    told = "Did you mean 'source'? Only one column can be it."
    assert [message.partition(". ")[2] for _, code, message in found if code == "unknown_column"] == [told, told]


def test_invisible_characters_and_line_breaks_in_the_names_mean_nothing() -> None:
    head = (
        '\ufeff"Flight\r\nNumber",sour\u200bce,destination\u00a0,departure_ts,arrival_ts,"Total\nSeats",price\u202c\r\nx'.encode()
    )
    layout = read_layout(head)
    assert layout.names == NAMES.split(",")
    assert (head[layout.rows_at :], layout.first_line) == (b"x", 4)
    unclosed = problems(f"{NAMES.replace('source', chr(34) + 'source')}\nAI-1,Delhi\nAI-2,Delhi\n".encode())
    assert unclosed[0][1] == "unknown_column"
