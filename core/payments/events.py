"""What the provider tells us unasked: one event for each charge that it decided. The same event may come often, late, or never."""

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
from core.payments.provider import Outcome, Verdict
from core.text.nesting import is_too_deep
from core.text.patterns import AMOUNT, VISIBLE

_Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE)]


class _Kind(msgspec.Struct):
    type: _Text


class _Body(msgspec.Struct):
    """Fields that we do not know are the provider's own business."""

    id: _Text
    type: _Text
    charge_id: UUID
    decline_code: _Text | None = None
    amount: Annotated[str, Meta(pattern=AMOUNT)] | int | float | None = None
    currency: _Text | None = None

    def outcome(self, verdict: Verdict) -> Outcome:
        amount = None if self.amount is None else Decimal(str(self.amount))
        return Outcome(verdict, self.decline_code, amount=amount, currency=self.currency)


_kinds: Final = msgspec.json.Decoder(_Kind)
_bodies: Final = msgspec.json.Decoder(_Body)
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON spells it, in any field of any depth: Postgres stores none."""
_VERDICTS: Final = {"charge.captured": Verdict.CAPTURED, "charge.declined": Verdict.DECLINED}


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`payload` is the event as it came, in JSON, for whoever has to look into it later."""

    id: str
    payment_id: UUID
    outcome: Outcome
    payload: str


def read(body: bytes) -> ProviderEvent | None:
    """Decode a verified callback. None: an event of a kind that means nothing to us, whatever else it holds.

    Raises:
        Malformed: it is no JSON, or nested too deeply.
        Invalid: it is not an event.
    """
    if is_too_deep(body):
        raise Malformed("The event is nested too deeply.")
    try:
        verdict = _VERDICTS.get(_kinds.decode(body).type)
        if verdict is None:
            return None
        event = _bodies.decode(body)
        msgspec.json.decode(body)  # the fields that we do not know are stored, too
    except msgspec.ValidationError as error:
        raise Invalid.field("", "invalid", f"This is not an event: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"The event is no JSON that can be read: {error}.") from None
    if _NUL.search(body):
        raise Invalid.field("", "bad_format", "NUL characters are not allowed.")
    return ProviderEvent(event.id, event.charge_id, event.outcome(verdict), body.decode())


def store(connection: RawConnection, events: Sequence[ProviderEvent]) -> list[ProviderEvent]:
    """Store those that are new, in the transaction of their effect; the others had theirs. Returns the new ones."""
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
