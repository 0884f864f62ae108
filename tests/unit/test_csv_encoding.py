"""A file in another encoding is detected during the upload, and read if the request names its encoding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.csv.encoding import Encoding, Transcoder, WrongEncoding, readable, wide_encoding

HEADER = "flight_number,source,destination\n"


def transcoded(data: bytes, encoding: Encoding = Encoding.UTF_8, *, piece: int = 7) -> bytes:
    transcoder = Transcoder(encoding)
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return b"".join(map(transcoder.feed, pieces)) + transcoder.feed(b"", last=True)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")), st.integers(1, 9))
def test_utf8_passes_as_it_is(text: str, piece: int) -> None:
    assert transcoded(text.encode(), piece=piece) == text.encode()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("São Paulo", Encoding.WINDOWS_1252),
        ("Łódź", Encoding.WINDOWS_1250),
        ("Москва", Encoding.WINDOWS_1251),
        ("Αθήνα", Encoding.WINDOWS_1253),
        ("İstanbul", Encoding.WINDOWS_1254),
        ("Rīga", Encoding.WINDOWS_1257),
        ("Málaga", Encoding.ISO_8859_1),
        ("Gdańsk", Encoding.ISO_8859_2),
        ("Nîmes €", Encoding.ISO_8859_15),
        ("東京", Encoding.UTF_16),
        ("Delhi", Encoding.WINDOWS_1252),
    ],
)
@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_a_file_is_read_in_the_encoding_that_it_was_sent_with(text: str, encoding: Encoding, piece: int) -> None:
    data = (HEADER + text + "\n").encode(encoding)
    assert transcoded(data, encoding, piece=piece).decode() == HEADER + text + "\n"


@pytest.mark.parametrize("piece", [1, 5, 1000])
@pytest.mark.parametrize("place", ["São Paulo", "Brasília", "Zürich", "“Malmö”"])
def test_windows_1252_is_recognised_and_the_way_out_is_said(place: str, piece: int) -> None:
    with pytest.raises(WrongEncoding) as refused:
        transcoded(f"{HEADER}QA-1,Delhi,Mumbai\nQA-2,{place},Mumbai\n".encode("windows-1252"), piece=piece)
    assert "encoding=windows-1252" in refused.value.detail
    assert refused.value.data["line"] == 3
    assert refused.value.data["looks_like"] == "windows-1252"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
def test_utf16_needs_no_byte_order_mark(codec: str, piece: int) -> None:
    assert transcoded(f"{HEADER}東京\n".encode(codec), Encoding.UTF_16, piece=piece).decode() == f"{HEADER}東京\n"


@pytest.mark.parametrize("data", [b"", b"f", HEADER.encode()])
def test_what_is_not_utf16_is_refused_or_nothing(data: bytes) -> None:
    if not data:
        assert transcoded(data, Encoding.UTF_16) == b""
        return
    with pytest.raises(WrongEncoding, match="in another encoding"):
        transcoded(data, Encoding.UTF_16)


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-8", None),
        ("cp1252", None),
    ],
)
def test_characters_of_two_bytes_are_recognised(codec: str, name: str | None) -> None:
    assert wide_encoding(HEADER.encode(codec)) == name


def test_the_error_shows_the_line_in_the_likely_encoding() -> None:
    with pytest.raises(WrongEncoding) as refused:
        transcoded(f"{HEADER}QA-2,São Paulo,Mumbai\n".encode("windows-1252"), piece=1000)
    assert "'QA-2,São Paulo,Mumbai'" in refused.value.detail


@pytest.mark.parametrize(
    "data",
    [
        "São Paulo\n".encode() + b"Bras\xedlia\n",  # some of it is UTF-8: the row is a fault
        b"\xef\xbb\xbfBras\xedlia\n",  # it says that it is UTF-8
        b"Bras\xedlia\0\n",
        b"\x81\x8d\xed",  # no letters of Windows-1252
    ],
)
def test_a_file_of_which_some_lines_are_broken_is_left_to_the_reader_of_rows(data: bytes) -> None:
    assert transcoded(data) == data


@pytest.mark.parametrize("text", ["São Paulo", "\ufeffDelhi", "Đà Nẵng"])
def test_utf8_that_is_sent_as_something_else_is_refused(text: str) -> None:
    with pytest.raises(WrongEncoding, match="UTF-8"):
        transcoded((HEADER + text).encode(), Encoding.WINDOWS_1252)


def test_a_byte_without_a_meaning_is_refused_with_its_line() -> None:
    with pytest.raises(WrongEncoding) as refused:
        transcoded(HEADER.encode() + b"QA-1\nQA-2,\x81\n", Encoding.WINDOWS_1252, piece=3)
    assert refused.value.data["line"] == 3


def test_a_broken_line_is_shown_in_letters() -> None:
    assert readable(b"S\xe3o Paulo") == "São Paulo"
    assert readable("São".encode() + b"\x81") == "SÃ£o\\x81"
    assert readable("Đà Nẵng".encode()) == "Đà Nẵng"


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("UTF-8", Encoding.UTF_8),
        ("utf8", Encoding.UTF_8),
        ("UTF-16", Encoding.UTF_16),
        ("cp1252", Encoding.WINDOWS_1252),
        ("Windows-1252", Encoding.WINDOWS_1252),
        ("CP1251", Encoding.WINDOWS_1251),
        ("latin1", Encoding.ISO_8859_1),
        ("latin2", Encoding.ISO_8859_2),
        ("ISO8859-15", Encoding.ISO_8859_15),
    ],
)
def test_an_encoding_may_be_called_by_any_of_its_names(written: str, encoding: Encoding) -> None:
    assert Encoding(written) is encoding


@pytest.mark.parametrize(
    "written", ["", "ansi", "gbk", "mac_roman", "utf-16-le", "hex", "x" * 300, "utf-8\0", "../utf_8", "ютф-8"]
)
def test_other_encodings_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Encoding"):
        Encoding(written)
