"""The endpoint with which the check-in desk and the gate check tickets."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.tickets import reading
from core.tickets.errors import TicketNotGenuine
from core.tickets.reading import TicketCheck
from core.tickets.signature import LONGEST


class TicketCheckController(Controller):
    path = "/admin"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(
        "/tickets/{code:str}",
        operation_id="checkTicket",
        summary="Check a ticket",
        sync_to_thread=True,
        opt={"errors": (TicketNotGenuine,)},
    )
    def check(self, code: Annotated[str, PathParameter(max_length=LONGEST)], services: NamedDependency[Services]) -> TicketCheck:
        """`code`: the text of the QR code of a ticket. The response to every code that we signed is 200, with `valid` and a `reason`,
        because the booking may have been cancelled since. For all other texts it is 422 `ticket_not_genuine`.
        """
        with services.db.snapshot() as connection:
            return reading.check(connection, code, services.ticket_signer)
