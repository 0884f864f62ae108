"""The endpoint that lists all charges and refunds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.bookings.reading import ledger
from core.bookings.reading.ledger import LedgerEntry, LedgerFilter, LedgerKind
from core.text.patterns import VISIBLE


class LedgerPage(msgspec.Struct):
    data: list[LedgerEntry]
    next_cursor: UUID | None


class StaffPaymentController(Controller):
    path = "/admin/payments"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="listLedger", summary="List charges and refunds", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        kind: FromQuery[LedgerKind | None] = None,
        status: Annotated[str | None, QueryParameter(max_length=32, pattern=r"^[A-Z_]+$", required=False)] = None,
        reference: Annotated[str | None, QueryParameter(max_length=16, pattern=VISIBLE, required=False)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> LedgerPage:
        """All filters must match. `status`: a status of the kind, such as `DECLINED` of a charge or `PENDING` of a refund."""
        wanted = LedgerFilter(kind=kind, status=status, reference=reference)
        with services.db.snapshot() as connection:
            entries, following = ledger.list_entries(connection, wanted, before=cursor, limit=limit)
        return LedgerPage(entries, following)
