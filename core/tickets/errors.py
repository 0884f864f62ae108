"""Why there is no ticket."""

from __future__ import annotations

from core.errors import Conflict, Invalid


class NoTicket(Conflict):
    """Only a confirmed booking has a ticket. `booking_status` says what this one is."""

    code = "no_ticket"


class TicketNotGenuine(Invalid):
    """We have not signed this code, or it was not read in full."""

    code = "ticket_not_genuine"
