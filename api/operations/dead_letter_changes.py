"""Replay or discard dead letters: one dead letter in one transaction, or all that match a filter in slices, with a transaction
for each slice. Each transaction writes the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from api.services import Services
from core.after_commit import AfterCommit
from core.clock import new_id
from core.db import RawConnection
from core.errors import Conflict
from core.lifecycle import replay
from core.operations import audit_log, dead_letter_list
from core.operations.dead_letter_list import DeadLetter, DeadLetterFilter, DeadLetterStatus, DeadLetterView

SLICE: Final = 2_000
"""The most dead letters of one transaction. Its locks are held for a fraction of a second."""
MOST: Final = 100_000
"""The most dead letters that one request changes. For more, the request has to be repeated."""


class DeadLetterClosed(Conflict):
    """The dead letter was replayed or discarded already (`letter_status`)."""

    code = "dead_letter_closed"


class NotReplayable(Conflict):
    """The state of this work has changed since, or this version cannot read the message."""

    code = "not_replayable"


class DeadLetterBulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """`count`: the number of dead letters that were changed; of a preview: that would be changed. `more`: the limit of one request was
    reached, and more dead letters match.

    `up_to`: the newest of these dead letters; null if there is none.
    """

    count: int
    more: bool
    up_to: UUID | None


Change = Callable[[RawConnection, Sequence[DeadLetter], AfterCommit], Sequence[DeadLetter]]
"""A function that changes dead letters, and returns those that it changed."""


def replay_one(services: Services, letter_id: UUID, user_id: UUID) -> DeadLetterView:
    """
    Raises:
        DeadLetterNotFound
        DeadLetterClosed: it was replayed before.
        NotReplayable
    """
    after = AfterCommit()
    with services.db.transaction() as connection:
        letter = dead_letter_list.lock_letter(connection, letter_id)
        before = dead_letter_list.get_letter(connection, letter_id)
        if before.status is DeadLetterStatus.REPLAYED:
            raise DeadLetterClosed("This dead letter was replayed before.", letter_status=before.status)
        if not replay.replay(connection, [letter], after):
            raise NotReplayable("This work has changed since, or cannot be read. Discard the dead letter to close it.")
        view = _record(connection, before, "dead_letter.replayed", user_id)
    after.run(services.redis, services.live.dispatcher)
    return view


def discard_one(services: Services, letter_id: UUID, user_id: UUID) -> DeadLetterView:
    """
    Raises:
        DeadLetterNotFound
        DeadLetterClosed: it was replayed or discarded before.
    """
    with services.db.transaction() as connection:
        dead_letter_list.lock_letter(connection, letter_id)
        before = dead_letter_list.get_letter(connection, letter_id)
        if before.status is not DeadLetterStatus.OPEN:
            raise DeadLetterClosed(f"This dead letter was {before.status} before.", letter_status=before.status)
        dead_letter_list.mark_discarded(connection, [letter_id])
        return _record(connection, before, "dead_letter.discarded", user_id)


def preview_replay(services: Services, wanted: DeadLetterFilter) -> DeadLetterBulkResult:
    """The result that `replay_many` would have now."""
    return _preview(services, wanted, replay.find_replayable)


def preview_discard(services: Services, wanted: DeadLetterFilter) -> DeadLetterBulkResult:
    return _preview(services, wanted, lambda _, letters: letters)


def replay_many(services: Services, wanted: DeadLetterFilter, user_id: UUID) -> DeadLetterBulkResult:
    """Replay all dead letters that match, slice by slice. Each is replayed once, also if two requests do it at the same time."""
    return _change(services, wanted, "dead_letter.replayed", user_id, replay.replay)


def discard_many(services: Services, wanted: DeadLetterFilter, user_id: UUID) -> DeadLetterBulkResult:
    def discard(connection: RawConnection, letters: Sequence[DeadLetter], _: AfterCommit) -> Sequence[DeadLetter]:
        dead_letter_list.mark_discarded(connection, [letter.id for letter in letters])
        return letters

    return _change(services, wanted, "dead_letter.discarded", user_id, discard)


def _record(connection: RawConnection, before: DeadLetterView, action: str, user_id: UUID) -> DeadLetterView:
    view = dead_letter_list.get_letter(connection, before.id)
    after = {"status": view.status, "kind": view.kind, "subject_id": view.subject_id}
    audit_log.record(connection, user_id, action, view.id, before={"status": before.status}, after=after)
    return view


def _preview(
    services: Services,
    wanted: DeadLetterFilter,
    find: Callable[[RawConnection, Sequence[DeadLetter]], Sequence[DeadLetter]],
) -> DeadLetterBulkResult:
    count, seen, last = 0, 0, None
    with services.db.snapshot() as connection:
        up_to = wanted.up_to or dead_letter_list.find_newest(connection)
        fixed = msgspec.structs.replace(wanted, up_to=up_to)
        while seen < MOST:
            letters = dead_letter_list.read_letters(connection, fixed, after=last, limit=SLICE, lock=False)
            count += len(find(connection, letters))
            seen += len(letters)
            if len(letters) < SLICE:
                return DeadLetterBulkResult(count=count, more=False, up_to=up_to)
            last = letters[-1].id
    return DeadLetterBulkResult(count=count, more=True, up_to=up_to)


def _change(services: Services, wanted: DeadLetterFilter, action: str, user_id: UUID, change: Change) -> DeadLetterBulkResult:
    """Write an entry of the audit log for one slice, with the number of its dead letters. All slices of a request have the same id there."""
    round_id = new_id()
    count, seen, last = 0, 0, None
    with services.db.snapshot() as connection:
        up_to = wanted.up_to or dead_letter_list.find_newest(connection)
    fixed = msgspec.structs.replace(wanted, up_to=up_to)
    while seen < MOST:
        after = AfterCommit()
        with services.db.transaction() as connection:
            letters = dead_letter_list.read_letters(connection, fixed, after=last, limit=SLICE, lock=True)
            changed = change(connection, letters, after)
            if changed:
                details = {"count": len(changed), "filter": msgspec.structs.asdict(fixed)}
                audit_log.record(connection, user_id, action, round_id, after=details)
        after.run(services.redis, services.live.dispatcher)
        count, seen = count + len(changed), seen + len(letters)
        if len(letters) < SLICE:
            return DeadLetterBulkResult(count=count, more=False, up_to=up_to)
        last = letters[-1].id
    return DeadLetterBulkResult(count=count, more=True, up_to=up_to)
