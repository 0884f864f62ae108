"""The ticket of a confirmed booking: a page to print, and a file for calendars."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.bookings.controller import visible_to
from api.contract.headers import ATTACHMENT, CACHE_CONTROL
from api.http.authentication import PUBLIC, limited
from api.services import Services, SignedRequest
from core.bookings.errors import BookingNotFound
from core.clock import now
from core.ratelimit.limits import Scope
from core.tickets import calendar_file, reading
from core.tickets.errors import NoTicket
from core.tickets.issue import Ticket

PDF: Final = "application/pdf"
KEPT_SECONDS: Final = 3600


class TicketKey(msgspec.Struct, frozen=True):
    """The public key with which everybody can check the signature of a ticket without a request to the API. The signature does not show
    whether the booking is still valid.
    """

    algorithm: Literal["Ed25519"]
    public_key: Annotated[str, Meta(description="32 bytes, URL-safe Base64 without padding.")]
    form: Annotated[
        str,
        Meta(
            description="How a code is made. The letters at its end are Base32 of the booking's id (16 bytes) and the signature (64 bytes) of"
            " what stands before them, as ASCII, and the id."
        ),
    ]


class TicketController(Controller):
    path = "/api/v1"
    tags = ("bookings",)

    @get(
        "/bookings/{booking_id:uuid}/ticket.pdf",
        operation_id="downloadTicket",
        summary="Download the e-ticket of a booking",
        response_headers=ATTACHMENT,
        media_type=PDF,
        guards=(limited(Scope.TICKET_USER),),
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NoTicket)},
    )
    def ticket(self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> Response[bytes]:
        """One page to print or to show: flights in the local times of their airports, travellers, and a signed QR code. Only a confirmed
        booking has a ticket. Names of travellers are written in their own script; if no font has a rare character, the page says so.
        """
        from core.tickets.pdf import (
            pdf,
        )  # imported on first use, because reportlab and the fonts would delay the start

        ticket = _ticket_of(booking_id, request, services)
        return Response(pdf(ticket), media_type=PDF, headers=_file(f"ticket-{ticket.reference}.pdf"))

    @get(
        "/bookings/{booking_id:uuid}/calendar.ics",
        operation_id="downloadCalendar",
        summary="Download the flights of a booking for a calendar",
        response_headers=ATTACHMENT,
        media_type=calendar_file.MEDIA_TYPE,
        sync_to_thread=True,
        opt={"errors": (BookingNotFound, NoTicket)},
    )
    def calendar(
        self, booking_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[bytes]:
        """One event for each flight (RFC 5545). After a schedule change, download the file again: the calendar then moves its events,
        because `UID` stays the same and `SEQUENCE` grows. Only a confirmed booking has a calendar file.
        """
        ticket = _ticket_of(booking_id, request, services)
        with services.db.snapshot() as connection:
            versions = reading.list_versions(connection, [segment.flight_id for segment in ticket.segments])
        body = calendar_file.calendar_file(ticket, versions, at=now())
        return Response(body, media_type=calendar_file.MEDIA_TYPE, headers=_file(f"flights-{ticket.reference}.ics"))

    @get(
        "/tickets/key",
        operation_id="getTicketKey",
        summary="Get the key that tickets are signed with",
        response_headers=(CACHE_CONTROL,),
        sync_to_thread=False,
        opt=PUBLIC,
    )
    def key(self, services: NamedDependency[Services]) -> Response[TicketKey]:
        """For gates that check codes without a connection. `GET /admin/tickets/{code}` also says whether the booking is still valid."""
        key = TicketKey("Ed25519", services.ticket_signer.public_key, "SKY1.<reference>.<128 letters>")
        return Response(key, headers={"cache-control": f"public, max-age={KEPT_SECONDS}"})


def _ticket_of(booking_id: UUID, request: SignedRequest, services: Services) -> Ticket:
    with services.db.snapshot() as connection:
        return reading.get_ticket(connection, booking_id, visible_to(request.user), services.ticket_signer)


def _file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
