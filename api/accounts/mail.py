"""The endpoints for mails: the address of a traveller, and the list of mails."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.mail import mail_requests, outbox
from core.mail.outbox import MailView
from core.mail_address import LONGEST
from core.users import service
from core.users.tokens import AccountGone


class MailAddress(msgspec.Struct, frozen=True):
    """`email`: the address for mails; null: no mails are written. `sends`: whether the installation has a mail server; if not, mails are
    only shown in the app.
    """

    email: str | None
    sends: bool


class MailAddressBody(RequestBody):
    email: Annotated[str, Meta(max_length=LONGEST, examples=["asha@example.com"])] | None
    """The new address; null: no mails."""


class MailPage(msgspec.Struct):
    data: list[MailView]
    next_cursor: UUID | None


class MailController(Controller):
    path = "/api/v1"
    tags = ("accounts",)

    @get("/auth/email", operation_id="getMailAddress", summary="Get my e-mail address", sync_to_thread=True)
    def read(self, request: SignedRequest, services: NamedDependency[Services]) -> MailAddress:
        """If the username is an e-mail address, mails are sent to it from the sign-up on."""
        with services.db.unit_of_work() as session:
            return MailAddress(service.get_email(session, request.user.user_id), services.settings.mail.server is not None)

    @put(
        "/auth/email",
        operation_id="changeMailAddress",
        summary="Change my e-mail address",
        sync_to_thread=True,
        opt={"errors": (AccountGone,)},
    )
    def change(self, data: JSONBody[MailAddressBody], request: SignedRequest, services: NamedDependency[Services]) -> MailAddress:
        """Mails are sent about later changes of bookings, and at once about bookings with future flights about which no mail was written.
        The address is not used to sign in, and no password is sent to it.
        """
        with services.db.unit_of_work() as session:
            email = service.change_email(session, request.user.user_id, data.email)
        if email is not None:
            with services.db.transaction() as connection:
                mail_requests.add_for_new_address(connection, request.user.user_id)
        return MailAddress(email, services.settings.mail.server is not None)

    @get("/mails", operation_id="listMails", summary="List my mails", sync_to_thread=True)
    def mails(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        booking_id: FromQuery[UUID | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        cursor: FromQuery[UUID | None] = None,
    ) -> MailPage:
        """The mails about my bookings, or about one of them, newest first. `next_cursor` is the `cursor` of the next page."""
        with services.db.snapshot() as connection:
            mails, following = outbox.list_own(
                connection, request.user.user_id, booking_id=booking_id, before=cursor, limit=limit
            )
        return MailPage(mails, following)
