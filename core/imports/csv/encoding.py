"""Files in another encoding than UTF-8. They are detected while they are uploaded. If the request names the encoding, the file is
stored as UTF-8.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from core.errors import AppError


class Encoding(StrEnum):
    """The encodings that a request can name. Spreadsheet programs save "CSV" in the local encoding of the computer."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1253 = "windows-1253"
    WINDOWS_1254 = "windows-1254"
    WINDOWS_1257 = "windows-1257"
    ISO_8859_1 = "iso-8859-1"
    ISO_8859_2 = "iso-8859-2"
    ISO_8859_15 = "iso-8859-15"

    @classmethod
    def _missing_(cls, value: object) -> Encoding | None:
        """The encoding by another of its names, in any case: `UTF8`, `cp1252`, `latin1`."""
        name = _codec_name(str(value))
        return next((each for each in cls if name is not None and _codec_name(each.value) == name), None)


def _codec_name(name: str) -> str | None:
    """Python's name of an encoding; None if Python has no such encoding."""
    try:
        return codecs.lookup(name).name if re.fullmatch("[A-Za-z0-9_-]{1,20}", name) else None
    except LookupError:
        return None


class WrongEncoding(AppError):
    """The file is not in the encoding that the request named, or not in UTF-8. `line`: the first line with such bytes."""

    code = "wrong_encoding"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII: Final = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
_NO_LETTER: Final = re.compile("[\x00\udc81\udc8d\udc8f\udc90\udc9d]")
"""Bytes that are no character in Windows-1252."""


class Transcoder:
    """Converts a file to UTF-8, piece by piece."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begin = b""
        self._watch = _Utf8Watch()

    def feed(self, piece: bytes, *, last: bool = False) -> bytes:
        """The piece in UTF-8. The last one may be empty.

        Raises:
            WrongEncoding: at the first byte that is not valid in the encoding; or with the last piece, if the file is in another
            encoding.
        """
        self._watch.feed(piece, last=last)
        if self._encoding is Encoding.UTF_8:
            if last:
                self._watch.require_utf8()
            return piece
        if self._decoder is None:
            piece = self._begin = self._begin + piece
            if len(piece) < len(codecs.BOM_UTF16) and not last:
                return b""
            self._decoder = codecs.getincrementaldecoder(self._codec(piece))()
        try:
            text = self._decoder.decode(piece, last)
        except UnicodeDecodeError as error:
            self._watch.require_other_than_utf8(self._encoding)
            line = self._watch.lines_before_piece + piece.count(b"\n", 0, error.start) + 1
            message = f"Line {line} has a byte that is not valid in {self._encoding}, so the file is in another encoding. Send it with the right one."
            raise WrongEncoding(message, line=line) from error
        if last:
            self._watch.require_other_than_utf8(self._encoding)
        return text.encode()

    def _codec(self, first: bytes) -> str:
        """The codec. Without a byte order mark, the order of UTF-16 is found from the first letter: one of its two bytes is zero."""
        if self._encoding is not Encoding.UTF_16 or first.startswith(_UTF16_MARKS):
            return self._encoding.value
        if first and b"\0" not in first[:2]:
            raise WrongEncoding(
                "Line 1 does not begin like UTF-16, so the file is in another encoding. Send it with the right one.", line=1
            )
        return "utf-16-be" if first[:1] == b"\0" else "utf-16-le"


class _Utf8Watch:
    """Checks whether bytes are UTF-8, and if not, whether they look like an encoding that spreadsheet programs use."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._has_utf8 = False
        self._broken: tuple[int, str] | None = None
        self._other = False
        self._begins_with_mark = False
        self._lines = 0
        self._pieces = 0
        self.lines_before_piece = 0

    def feed(self, piece: bytes, *, last: bool) -> None:
        self.lines_before_piece = self._lines
        self._begins_with_mark |= not self._pieces and piece.startswith(BYTE_ORDER_MARK)
        self._pieces += 1
        if piece.isascii() and self._is_at_rest():
            self._other |= b"\0" in piece
            self._lines += piece.count(b"\n")
            return
        text = self._decoder.decode(piece, last)
        self._has_utf8 |= _BEYOND_ASCII.search(text) is not None
        self._other |= _NO_LETTER.search(text) is not None
        if self._broken is None and (broken := _NOT_UTF8.search(text)):
            begin = text.rfind("\n", 0, broken.start()) + 1
            end = text.find("\n", broken.end())
            line = text[begin : end if end >= 0 else len(text)][:200]
            self._broken = self._lines + text.count("\n", 0, broken.start()) + 1, line
        self._lines += text.count("\n")

    def _is_at_rest(self) -> bool:
        """Whether the bytes so far end at the end of a character."""
        return not self._decoder.getstate()[0]

    def require_utf8(self) -> None:
        """Refuse a file without any valid UTF-8 character beyond ASCII. If only some rows are not UTF-8, the file is read and
        these rows fail.
        """
        if self._broken is None or self._has_utf8 or self._other or self._begins_with_mark:
            return
        line, text = self._broken
        shown = " ".join(text.encode(errors="surrogateescape").decode("windows-1252").split())[:80]
        raise WrongEncoding(
            f"The file is not UTF-8: see line {line}. It looks like Windows-1252, in which that line begins with {shown!r}. If that "
            "is right, send the file with ?encoding=windows-1252. If the letters are wrong, name another encoding, such as windows-1250 "
            "or windows-1251, or save the file as 'CSV UTF-8'. Nothing was imported.",
            line=line,
            looks_like=Encoding.WINDOWS_1252.value,
            encodings=[encoding.value for encoding in Encoding],
        )

    def require_other_than_utf8(self, encoding: Encoding) -> None:
        """Refuse a UTF-8 file that was sent as another encoding: every accented letter would become two wrong ones, without an
        error.
        """
        if encoding is Encoding.UTF_16 or self._broken is not None:
            return
        if self._has_utf8 or self._begins_with_mark:
            raise WrongEncoding(
                f"The file is UTF-8, but was sent as {encoding}, which would change its letters. Send it without `encoding`.",
                line=1,
            )


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, if the first bytes of the file show one of them; else None."""
    if head.startswith(_UTF32_MARKS):
        return "utf-32"
    # ASCII letters in UTF-16 have a zero byte beside each letter.
    halves = head[0:64:2], head[1:64:2]
    is_utf16 = head.startswith(_UTF16_MARKS) or ([any(half) for half in halves].count(False) == 1 and len(head) > 1)
    return "utf-16" if is_utf16 else None


def readable(line: bytes) -> str:
    """A line that is not UTF-8, decoded as Windows-1252 (the most common case), so that a person can read and correct it."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("windows-1252", "ignore") or f"\\x{byte:02x}" for byte in line)
