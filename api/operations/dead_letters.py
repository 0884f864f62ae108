"""Dead letters (work that was given up): list, replay or discard them."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.http.authentication import requires_admin
from api.http.wire import RequestBody, Word
from api.operations import dead_letter_changes
from api.operations.dead_letter_changes import DeadLetterBulkResult
from api.services import Services, SignedRequest
from core.errors import Invalid
from core.operations import dead_letter_list
from core.operations.dead_letter_list import DeadLetterFilter, DeadLetterNotFound, DeadLetterStatus, DeadLetterView
from core.operations.models import DeadLetterKind
from core.text.patterns import VISIBLE


class DeadLetterPage(msgspec.Struct):
    data: list[DeadLetterView]
    next_cursor: UUID | None


class ReplayableStatus(StrEnum):
    """The statuses of dead letters that can be replayed. Only open ones can be discarded."""

    OPEN = "open"
    DISCARDED = "discarded"


class DeadLetterSelection(RequestBody):
    """All dead letters that match. `up_to`: without those that are newer than this one."""

    status: ReplayableStatus = ReplayableStatus.OPEN
    kind: DeadLetterKind | None = None
    queue: Word | None = None
    text: Word | None = None
    up_to: UUID | None = None

    def as_filter(self) -> DeadLetterFilter:
        return DeadLetterFilter(
            status=DeadLetterStatus(self.status), kind=self.kind, queue=self.queue, text=self.text, up_to=self.up_to
        )


class DeadLetterBulkBody(RequestBody):
    """`preview`: only count, without a change."""

    filter: DeadLetterSelection
    preview: bool = False


class DeadLetterController(Controller):
    path = "/admin/dead-letters"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="listDeadLetters", summary="List dead letters", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        status: FromQuery[DeadLetterStatus] = DeadLetterStatus.OPEN,
        kind: FromQuery[DeadLetterKind | None] = None,
        queue: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        q: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> DeadLetterPage:
        """Dead letters, newest first. `q`: a part of the error. `next_cursor` is the `cursor` of the next page."""
        wanted = DeadLetterFilter(status=status, kind=kind, queue=queue, text=q)
        with services.db.snapshot() as connection:
            letters, following = dead_letter_list.list_letters(connection, wanted, before=cursor, limit=limit)
        return DeadLetterPage(letters, following)

    @post(
        "/{letter_id:uuid}/replay",
        operation_id="replayDeadLetter",
        summary="Replay a dead letter",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (DeadLetterNotFound, dead_letter_changes.DeadLetterClosed, dead_letter_changes.NotReplayable)},
    )
    def replay(self, letter_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> DeadLetterView:
        """A booking becomes `PENDING` again, an import continues where it stopped, a refund is sent to the provider again, a message is put
        back on its queue. A discarded dead letter can be replayed too.
        """
        return dead_letter_changes.replay_one(services, letter_id, request.user.user_id)

    @post(
        "/{letter_id:uuid}/discard",
        operation_id="discardDeadLetter",
        summary="Discard a dead letter",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (DeadLetterNotFound, dead_letter_changes.DeadLetterClosed)},
    )
    def discard(self, letter_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> DeadLetterView:
        """The work itself is not changed. The dead letter is kept, and counts as closed."""
        return dead_letter_changes.discard_one(services, letter_id, request.user.user_id)

    @post(
        "/replay",
        operation_id="replayDeadLetters",
        summary="Replay all dead letters that match",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
    )
    def replay_many(
        self, data: JSONBody[DeadLetterBulkBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> DeadLetterBulkResult:
        """Dead letters whose work has changed its state cannot be replayed; they stay open and are not counted. With `preview` nothing
        changes. Send the `up_to` of the preview in the filter, so that newer dead letters are left out. At most 100,000 in one request.
        """
        if data.preview:
            return dead_letter_changes.preview_replay(services, data.filter.as_filter())
        return dead_letter_changes.replay_many(services, data.filter.as_filter(), request.user.user_id)

    @post(
        "/discard",
        operation_id="discardDeadLetters",
        summary="Discard all dead letters that match",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
    )
    def discard_many(
        self, data: JSONBody[DeadLetterBulkBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> DeadLetterBulkResult:
        """As for replaying: with `preview` nothing changes, `up_to` leaves out newer dead letters, and one request changes at most 100,000."""
        if data.filter.status is not ReplayableStatus.OPEN:
            raise Invalid.field("/filter/status", "not_open", "Only open dead letters can be discarded. Leave the status out.")
        if data.preview:
            return dead_letter_changes.preview_discard(services, data.filter.as_filter())
        return dead_letter_changes.discard_many(services, data.filter.as_filter(), request.user.user_id)
