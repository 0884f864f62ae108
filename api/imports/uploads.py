"""Receive an uploaded file and write it to the storage, piece by piece: it is never completely in memory, and the writes run in
threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from api.http.bodies import TooLarge, UnsupportedMediaType
from api.http.understanding import require_known
from core.errors import Invalid, Malformed, Unavailable
from core.imports.csv.encoding import Encoding, Transcoder
from core.imports.csv.header import HEAD_BYTES
from core.imports.csv.recognition.formats import require_text
from core.imports.storage.files import Upload

LONGEST_NAME: Final = 200
PIECE_BYTES: Final = 1024 * 1024
FIELD: Final = "file"
OPTIONS: Final = ("dry_run", "encoding", "match", "mode", "times")
"""Query parameters that some clients put into the form; the error then says where they belong."""
MULTIPART: Final = "multipart/form-data"
TEXT_TYPES: Final = frozenset(
    {
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
        "application/csv",
        "application/vnd.ms-excel",
        "application/octet-stream",
    }
)
"""The content types of an upload without a form. Whether the file is CSV is decided by its bytes."""


class UploadedFile(NamedTuple):
    """`head`: the first bytes of the file, in which its header is. `file_name`: the name that the client gave the file, without folders."""

    head: bytes
    file_name: str | None


async def receive(request: Request[Any, Any, Any], upload: Upload, *, limit: int, encoding: Encoding) -> UploadedFile:
    """Write the file of a request into `upload`, as UTF-8. `limit` in bytes.

    Raises:
        UnsupportedMediaType, Malformed, Invalid: the request has no file.
        TooLarge: the file is larger than `limit`.
        WrongEncoding: its bytes are not in `encoding`. (Other formats, such as archives, are refused when the header is read.)
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    names: list[str] = []
    if kind == MULTIPART:
        pieces = _file_in_form(request, options.get("boundary", ""), names)
    elif kind in TEXT_TYPES:
        pieces = request.stream()
    else:
        raise UnsupportedMediaType(f"Send the file as {MULTIPART} in the field {FIELD!r}, or as the whole body with text/csv.")
    content_length = request.headers.get("content-length", "")
    too_large = TooLarge(f"A file has at most {limit // 1024**2} MB.")
    if content_length.isdigit() and int(content_length) > limit + HEAD_BYTES:
        raise too_large
    transcoder = Transcoder(encoding)
    head, waiting, size = bytearray(), bytearray(), 0

    async def write_waiting(*, last: bool) -> None:
        text = await asyncio.to_thread(_write, upload, transcoder, bytes(waiting), last=last)
        head.extend(text[: HEAD_BYTES - len(head)])
        waiting.clear()

    async for piece in pieces:
        size += len(piece)
        if size > limit:
            raise too_large
        waiting += piece
        if not head and len(waiting) >= HEAD_BYTES:
            require_text(bytes(waiting[:HEAD_BYTES]))
        if len(waiting) >= PIECE_BYTES:
            await write_waiting(last=False)
    if not head:
        require_text(bytes(waiting[:HEAD_BYTES]))
    await write_waiting(last=True)
    return UploadedFile(bytes(head), _display_name(names[0]) if names else None)


def _display_name(name: str) -> str | None:
    """The part of a file name that is shown to people: without folders and unprintable characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:LONGEST_NAME] or None


def _write(upload: Upload, transcoder: Transcoder, piece: bytes, *, last: bool) -> bytes:
    """The piece as it was stored."""
    text = transcoder.feed(piece, last=last)
    try:
        upload.write(text)
    except OSError as error:
        raise storage_away(error) from error
    return text


def storage_away(error: OSError) -> Unavailable:
    """The response if the disk is full, or the bucket cannot be reached."""
    return Unavailable(f"The file cannot be stored now: {error.strerror or 'the storage does not answer'}.", retry_after=60)


async def _file_in_form(request: Request[Any, Any, Any], boundary: str, names: list[str]) -> AsyncIterator[bytes]:
    """The content of the only file in the form. Its content type is ignored; its name is added to `names`."""
    if not boundary:
        raise Malformed("A form needs a boundary in its Content-Type.")
    missing = Invalid.field(f"/{FIELD}", "missing", f"The form has no file in the field {FIELD!r}.")
    segment: MultipartSegment | None = None
    files = 0
    try:
        with PushMultipartParser(boundary, max_segment_count=8) as parser:
            async for chunk in request.stream():
                if parser.closed or not chunk:
                    continue
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        segment = event
                        _require_file_field(segment.name)
                        if segment.filename:
                            names.append(segment.filename)
                        files += 1
                        if files > 1:
                            raise Invalid.field(f"/{FIELD}", "too_many", "Send one file at a time.")
                    elif event and segment is not None:
                        yield bytes(event)
    except MultipartError as error:
        raise Malformed("The form cannot be read.") from error
    if not files:
        raise missing


def _require_file_field(name: str) -> None:
    """Refuse other fields in the form, because an option there would be silently ignored."""
    if name in OPTIONS:
        message = f"Send {name!r} in the address, as in ?{name}=..., not in the form. Nothing was imported."
        raise Invalid.field(f"/{name}", "unknown_field", message)
    require_known([name], [FIELD, *OPTIONS], (), pointer="/{}", what="field")
