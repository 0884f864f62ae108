"""Callbacks of the provider: one event for each charge that it has decided. The same event may come several times, late, or never."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from core.db import RawConnection
from core.errors import Invalid, Malformed
from core.payments.provider import ChargeOutcome, ChargeStatus
from core.text.nesting import is_too_deep
from core.text.patterns import AMOUNT, VISIBLE

_Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE)]


class _Kind(msgspec.Struct):
    type: _Text


class _Body(msgspec.Struct):
    """The fields of an event that are used here. Others are allowed, and stored with the event."""

    id: _Text
    type: _Text
    charge_id: UUID
    decline_code: _Text | None = None
    amount: Annotated[str, Meta(pattern=AMOUNT)] | int | float | None = None
    currency: _Text | None = None

    def outcome(self, status: ChargeStatus) -> ChargeOutcome:
        amount = None if self.amount is None else Decimal(str(self.amount))
        return ChargeOutcome(status, self.decline_code, amount=amount, currency=self.currency)


_kinds: Final = msgspec.json.Decoder(_Kind)
_bodies: Final = msgspec.json.Decoder(_Body)
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL character in JSON, which Postgres cannot store."""
_STATUSES: Final = {"charge.captured": ChargeStatus.CAPTURED, "charge.declined": ChargeStatus.DECLINED}


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`payload`: the event as it came, in JSON, which is stored so that people can read it later."""

    id: str
    payment_id: UUID
    outcome: ChargeOutcome
    payload: str


def read(body: bytes) -> ProviderEvent | None:
    """Decode a callback whose signature was verified. None: an event of a type that is not used here.

    Raises:
        Malformed: it is no JSON, or nested too deeply.
        Invalid: it is JSON, and has not the form of an event.
    """
    if is_too_deep(body):
        raise Malformed("The event is nested too deeply.")
    try:
        status = _STATUSES.get(_kinds.decode(body).type)
        if status is None:
            return None
        event = _bodies.decode(body)
        msgspec.json.decode(body)  # checks the other fields too, because the whole event is stored
    except msgspec.ValidationError as error:
        raise Invalid.field("", "invalid", f"This is not an event: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"The event is no JSON that can be read: {error}.") from None
    if _NUL.search(body):
        raise Invalid.field("", "bad_format", "NUL characters are not allowed.")
    return ProviderEvent(event.id, event.charge_id, event.outcome(status), body.decode())


def store(connection: RawConnection, events: Sequence[ProviderEvent]) -> list[ProviderEvent]:
    """Store the events that are new, and return those. Call it in the transaction that applies them; the others were applied before."""
    unique = {event.id: event for event in events}
    rows = connection.execute(
        """
        INSERT INTO payment_events (id, payment_id, payload)
        SELECT * FROM unnest(%s::text[], %s::uuid[], %s::jsonb[]) AS w(id, payment_id, payload) ORDER BY id
        ON CONFLICT (id) DO NOTHING RETURNING id
        """,
        (list(unique), [event.payment_id for event in unique.values()], [event.payload for event in unique.values()]),
    ).fetchall()
    return [unique[row[0]] for row in rows]
