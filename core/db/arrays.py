"""Send lists of UUIDs to Postgres faster than the driver does.

Every batch of bookings sends about a dozen such lists. The driver converts each element by itself: 84 µs for 32 ids, 10 µs in one
go. All other lists are left to the driver.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class ArrayDumper(ListDumper):
    """As the driver's dumper for lists, in text format."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        if obj and set(map(type, obj)) == {UUID}:
            return ("{" + ",".join([f"{each.int:032x}" for each in obj]) + "}").encode()
        return super().dump(obj)
