"""A worker merges waiting messages, bookings into larger batches than other work."""

from __future__ import annotations

from typing import Any

import dramatiq
import pytest

from core.messaging.messages import MAX_IDS, Message, ReserveAlone, ReserveBookings, WorkPayments
from workers.broker import merging
from workers.broker.merging import MAX_RESERVED


def message(kind: type[Message], count: int, **options: object) -> dramatiq.Message[Any]:
    ids = [str(number) for number in range(count)]
    return dramatiq.Message(queue_name=kind.queue, actor_name=kind.actor, args=(ids,), kwargs={}, options=dict(options))


@pytest.mark.parametrize(("kind", "limit"), [(ReserveBookings, MAX_RESERVED), (WorkPayments, MAX_IDS)])
def test_messages_are_merged_up_to_the_limit_of_their_kind(kind: type[Message], limit: int) -> None:
    assert merging.may_join(message(kind, limit - 10), message(kind, 10))
    assert not merging.may_join(message(kind, limit - 10), message(kind, 11))


def test_a_merged_message_has_the_ids_of_both() -> None:
    merged = merging.joined(message(ReserveBookings, 2), message(ReserveBookings, 3))
    assert merged.args == (["0", "1", "0", "1", "2"],)


def test_a_booking_that_is_sent_alone_is_never_merged() -> None:
    assert not merging.may_join(message(ReserveAlone, 1, alone=True), message(ReserveAlone, 1, alone=True))
    assert not merging.may_join(message(ReserveBookings, 1), message(WorkPayments, 1))
