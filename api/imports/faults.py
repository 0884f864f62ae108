"""The endpoint for the faults of an import, grouped by cause."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.http.authentication import requires_admin
from api.services import Services
from core.imports import queries
from core.imports.queries import ImportNotFound
from core.imports.reports import fault_groups
from core.imports.reports.fault_groups import FaultGroup


class FaultGroupList(msgspec.Struct):
    data: list[FaultGroup]


class ImportFaultController(Controller):
    path = "/admin"
    tags = ("imports",)
    guards = (requires_admin,)

    @get(
        "/flights/bulk-upload/{job_id:uuid}/faults",
        operation_id="listImportFaults",
        summary="List the faults of an import, grouped",
        sync_to_thread=True,
        opt={"errors": (ImportNotFound,)},
    )
    def faults(self, job_id: FromPath[UUID], services: NamedDependency[Services]) -> FaultGroupList:
        """All faults so far, grouped by code and column: a fault of 100,000 rows is one group, with its most frequent values. The file at
        `failed_rows_url` has the rows.
        """
        with services.db.snapshot() as connection:
            queries.get_columns(connection, job_id)
            return FaultGroupList(fault_groups.list_groups(connection, job_id))
