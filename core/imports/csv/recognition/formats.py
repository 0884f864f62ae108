"""Recognise files of another format than CSV by their first bytes. Programs often give them the name of a CSV file."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from core.errors import AppError
from core.imports.csv.encoding import BYTE_ORDER_MARK

_MAGIC: Final = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"PK\x07\x08": "a part of a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-zip archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a zstandard archive",
    b"%PDF": "a PDF document",
    b"{\\rtf": "a document in Rich Text Format",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite format 3\0": "a SQLite database",
}
_TAR: Final = slice(257, 262), b"ustar"
_TEXTS: Final = (
    (re.compile(rb"<(?:[!?/]|[A-Za-z])"), "an HTML page or an XML document"),
    (re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]]"), "JSON"),
)
"""Formats that are text. They are recognised after blanks and a byte order mark."""


class NotText(AppError):
    """The file has another format, such as a workbook or an archive. It is refused, never unpacked."""

    code = "not_csv"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def require_text(head: bytes) -> None:
    """Refuse a file that begins like another format.

    Raises:
        NotText
    """
    found = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None)
    if found is None and head[_TAR[0]] == _TAR[1]:
        found = "a tar archive"
    if found is None:
        text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
        found = next((what for pattern, what in _TEXTS if pattern.match(text)), None)
    if found is not None:
        raise NotText(f"This is {found}. Send a CSV file; spreadsheets can save one as 'CSV UTF-8'.")
