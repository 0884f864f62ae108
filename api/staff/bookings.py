"""The endpoints of one booking for the staff: its account, payments and mails, and to send a mail again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.contract.headers import LOCATION
from api.http.authentication import requires_admin
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound
from core.bookings.reading import ledger, queries
from core.bookings.reading.ledger import LedgerEntry, LedgerFilter, LedgerTotal
from core.bookings.reading.views import BookingView
from core.clock import now
from core.mail import outbox
from core.mail.outbox import MailReport
from core.notifications import resend
from core.notifications.due_mails import MailKind
from core.notifications.resend import NoMailAddress, NothingToSend
from core.operations import audit_log
from core.users import listing
from core.users.listing import UserView

MOST: Final = 200
"""The most entries of the ledger, and the most mails, of one booking that are listed."""


class StaffBooking(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with its account, payments and mails. `ledger` and `mails`: newest first."""

    booking: BookingView
    user: UserView
    ledger: list[LedgerEntry]
    totals: list[LedgerTotal]
    mails: list[MailReport]


class MailRequested(msgspec.Struct, frozen=True):
    """The mail that will be written. Without a mail server it is only shown in the app."""

    kind: MailKind
    address: str


class StaffBookingController(Controller):
    path = "/admin/bookings/{booking_id:uuid}"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(
        operation_id="getStaffBooking",
        summary="Get a booking with its payments and mails",
        sync_to_thread=True,
        opt={"errors": (BookingNotFound,)},
    )
    def read(self, booking_id: FromPath[UUID], services: NamedDependency[Services]) -> StaffBooking:
        """All data are from one moment. To cancel the booking, request a quote (`quoteCancellation`) and confirm it."""
        with services.db.snapshot() as connection:
            booking = queries.get_booking(connection, booking_id, None)
            entries, _ = ledger.list_entries(connection, LedgerFilter(booking_id=booking.id), before=None, limit=MOST)
            mails, _ = outbox.list_all(connection, booking_id=booking.id, before=None, limit=MOST)
            user = listing.get_user(connection, booking.user_id)
        return StaffBooking(booking=booking, user=user, ledger=entries, totals=ledger.totals(entries), mails=mails)

    @post(
        "/mails",
        operation_id="sendMailAgain",
        summary="Send the mail of a booking again",
        response_headers=(LOCATION,),
        status_code=HTTPStatus.ACCEPTED,
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NothingToSend, NoMailAddress)},
    )
    def send_again(
        self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[MailRequested]:
        """Write a new mail about the present state of the booking, for example the confirmation with its ticket, to the present address of
        the account.
        """
        with services.db.transaction() as connection:
            booking = queries.get_booking(connection, booking_id, None)
            kind, address = resend.request_again(connection, booking, now())
            audit_log.record(connection, request.user.user_id, "booking.mail_requested", booking.id, after={"kind": kind})
        headers = {"location": f"/admin/bookings/{booking.id}"}
        return Response(MailRequested(kind, address), status_code=HTTPStatus.ACCEPTED, headers=headers)
