"""The endpoint that lists the mails of all travellers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.mail import outbox
from core.mail.models import MailStatus
from core.mail.outbox import MailReport
from core.text.patterns import VISIBLE


class MailReportPage(msgspec.Struct):
    data: list[MailReport]
    next_cursor: UUID | None


class OperationsMailController(Controller):
    path = "/admin"
    tags = ("operations",)
    guards = (requires_admin,)

    @get("/mails", operation_id="findMails", summary="Find mails to all travellers", sync_to_thread=True)
    def find(
        self,
        services: NamedDependency[Services],
        status: FromQuery[MailStatus | None] = None,
        booking_id: FromQuery[UUID | None] = None,
        user: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> MailReportPage:
        """Mails, newest first. `status=GIVEN_UP`: mails that the mail server refused, with its answer in `error`."""
        with services.db.snapshot() as connection:
            mails, following = outbox.list_all(
                connection, status=status, username=user, booking_id=booking_id, before=cursor, limit=limit
            )
        return MailReportPage(mails, following)
