"""Types that several request bodies use. Every text has a limited length and no control characters."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from core.text.patterns import VISIBLE

Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=VISIBLE)]
"""A name, a code, a token."""
Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500, pattern=VISIBLE)]
"""A sentence or two, written by a person."""


Timestamp: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        examples=["2026-12-25T10:00:00Z"],
        description="A date and a time with a zone: RFC 3339, and the other ways to write one in docs/imports.md.",
        extra_json_schema={"format": "date-time"},
    ),
]
"""Read it with `core.flights.times.read`."""


class RequestBody(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of every JSON request body: an unknown field is an error, and never ignored."""
