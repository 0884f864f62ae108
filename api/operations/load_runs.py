"""The endpoint for the report of a load run."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.load_runs import report
from core.load_runs.report import LoadRunNotFound, LoadRunReport


class LoadRunController(Controller):
    path = "/admin/load-runs"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(
        "/{run_id:str}",
        operation_id="getLoadRun",
        summary="Get the report of a load run",
        sync_to_thread=True,
        opt={"errors": (LoadRunNotFound,)},
    )
    def read(self, run_id: Annotated[str, PathParameter(max_length=64)], services: NamedDependency[Services]) -> LoadRunReport:
        """The results of the bookings that were sent with `X-Load-Run: {id}`: how long their stages took, and how many violate a guarantee
        of the product. Read it when none of them is `pending`.
        """
        with services.db.snapshot() as connection:
            return report.read(connection, run_id)
