"""Replay dead letters: send work again that was given up. Each call is part of one transaction of the caller.

Work that can be sent again: a booking that is still FAILED with `internal`, an import that was given up, a refund that the
provider refused, and a message that this version can read. Work whose state has changed since is not touched, and its dead letter
stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from core.after_commit import AfterCommit
from core.bookings import reopening as bookings
from core.db import RawConnection
from core.imports import reopening as imports
from core.messaging import envelope
from core.messaging.envelope import Unreadable
from core.messaging.messages import ImportFile, Message, Queue, ReserveBookings, SendRefunds
from core.operations import dead_letter_list
from core.operations.dead_letter_list import DeadLetter
from core.operations.models import DeadLetterKind
from core.payments import refunds

STATEMENT_MS: Final = 30_000
"""The time limit of one statement. It is longer than for other requests, because a slice changes thousands of rows."""


def find_replayable(connection: RawConnection, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Those of these dead letters that can be replayed now."""
    possible = {
        *bookings.find_given_up(connection, _subjects(letters, DeadLetterKind.BOOKING)),
        *imports.find_given_up(connection, _subjects(letters, DeadLetterKind.IMPORT)),
        *refunds.find_refused(connection, _subjects(letters, DeadLetterKind.REFUND)),
    }
    return [letter for letter in letters if letter.subject_id in possible or _message_of(letter) is not None]


def replay(connection: RawConnection, letters: Sequence[DeadLetter], after: AfterCommit) -> list[DeadLetter]:
    """Replay these dead letters, which the caller has locked. Returns those that were replayed; they are closed."""
    connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_MS}")
    begun: set[UUID | None] = {
        *_replay_bookings(connection, _subjects(letters, DeadLetterKind.BOOKING), after),
        *_replay_imports(connection, _subjects(letters, DeadLetterKind.IMPORT), after),
        *_replay_refunds(connection, _subjects(letters, DeadLetterKind.REFUND), after),
    }
    replayed = []
    for letter in letters:
        message = _message_of(letter)
        if message is not None:
            after.messages.append(message)
        if message is not None or (letter.subject_id is not None and letter.subject_id in begun):
            replayed.append(letter)
    dead_letter_list.mark_replayed(connection, [letter.id for letter in replayed])
    return replayed


def _subjects(letters: Sequence[DeadLetter], kind: DeadLetterKind) -> list[UUID]:
    return [letter.subject_id for letter in letters if letter.kind is kind and letter.subject_id is not None]


def _replay_bookings(connection: RawConnection, booking_ids: Sequence[UUID], after: AfterCommit) -> list[UUID]:
    if not booking_ids:
        return []
    begun = bookings.reopen(connection, booking_ids)
    # In Redis these bookings are marked as ended (`R`). The mark must be removed, or they could not reserve seats again.
    for flight_id, of_flight in bookings.find_flights(connection, begun).items():
        after.rolled_back[flight_id] += of_flight
    after.changed_bookings += begun
    after.messages += ReserveBookings.for_ids(begun)
    return begun


def _replay_imports(connection: RawConnection, import_ids: Sequence[UUID], after: AfterCommit) -> list[UUID]:
    if not import_ids:
        return []
    begun = imports.reopen(connection, imports.find_given_up(connection, import_ids))
    after.messages += [ImportFile((import_id,)) for import_id in begun]
    return begun


def _replay_refunds(connection: RawConnection, refund_ids: Sequence[UUID], after: AfterCommit) -> list[UUID]:
    if not refund_ids:
        return []
    begun = refunds.reopen(connection, refund_ids)
    after.messages += SendRefunds.for_ids(begun)
    return begun


def _message_of(letter: DeadLetter) -> Message | None:
    """The message that a worker could not read. None if this version cannot read it either; an older version may not have known
    its kind.
    """
    if letter.payload is None or letter.queue not in list(Queue):
        return None
    kinds = {kind.actor: kind for kind in Message.__subclasses__() if kind.queue == letter.queue}
    try:
        read = envelope.read(letter.payload, kinds)
    except Unreadable:
        return None
    return kinds[read.actor_name](tuple(envelope.read_ids(read.args[0])))
