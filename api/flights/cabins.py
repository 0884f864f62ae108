"""The endpoint that lists the layouts of cabins."""

from __future__ import annotations

from litestar import Controller, get

from api.http.authentication import requires_admin
from core.seats.cabins.catalogue import CABINS
from core.seats.cabins.views import CabinView, view_of


class CabinController(Controller):
    path = "/admin/cabins"
    tags = ("flights",)
    guards = (requires_admin,)

    @get(operation_id="listCabins", summary="List the cabins that a flight may have", sync_to_thread=False)
    def list(self) -> list[CabinView]:
        """The layouts that flights can have as their `cabin`, in requests and in files. The flight must have as many seats as its cabin."""
        return [view_of(cabin) for cabin in CABINS.values()]
