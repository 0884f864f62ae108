"""Find staged rows of new flights without a currency whose price has more decimals than the default currency, or can be read as thousands."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from psycopg.rows import class_row
from psycopg.sql import SQL, Literal

from core import money
from core.db import RawConnection
from core.flights.rules import DEFAULT_CURRENCY
from core.flights.staging import MATCH, index_look_ups

_DROP_UNFIT: Final = SQL("""
DELETE FROM import_stage s
WHERE s.currency IS NULL AND (s.price <> round(s.price, {usual}) OR {thousands}) AND NOT EXISTS (SELECT FROM flights f WHERE {match})
RETURNING s.line, s.price::text
""").format(
    usual=Literal(money.places_of(DEFAULT_CURRENCY)),
    thousands=SQL(money.may_be_thousands_sql("s.price", f"'{DEFAULT_CURRENCY}'")),
    match=MATCH,
)


class UnfitPrice(NamedTuple):
    """A staged row of a new flight whose price does not fit the default currency. `why`: the words of its fault."""

    line: int
    price: str

    @property
    def why(self) -> str:
        return money.why_unfit(Decimal(self.price), DEFAULT_CURRENCY)


def drop_unfit_prices(connection: RawConnection) -> list[UnfitPrice]:
    """Delete these staged rows, and return them."""
    with index_look_ups(connection), connection.cursor(row_factory=class_row(UnfitPrice)) as cursor:
        return cursor.execute(_DROP_UNFIT).fetchall()
