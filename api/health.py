"""Is this process alive, and is it able to work?"""

from __future__ import annotations

from typing import Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Struct

from api.deps import Services
from api.guards import PUBLIC
from core.errors import Unavailable


class NotReady(Unavailable):
    """`reasons` (sentences) say what is missing."""

    code = "not_ready"


class Liveness(Struct):
    status: Literal["ok"]


class Health(Struct):
    status: Literal["ok", "degraded"]
    reasons: list[str]
    """Sentences for an operator; empty when the status is `ok`."""


class HealthController(Controller):
    path = "/health"
    tags = ("health",)
    opt = PUBLIC

    @get("/live", operation_id="getLiveness", summary="Does the process answer", sync_to_thread=False)
    def live(self) -> Liveness:
        return Liveness("ok")

    @get("/ready", operation_id="getReadiness", summary="Can the process work", sync_to_thread=False, opt={"errors": (NotReady,)})
    def ready(self, services: NamedDependency[Services]) -> Health:
        """`ok`, or `degraded` when work is slower or less safe than it should be. `503 not_ready` when nothing can be accepted."""
        report = services.readiness.report()
        if report.unready:
            raise NotReady(report.unready[0], retry_after=1, reasons=report.unready + report.degraded)
        return Health("degraded" if report.degraded else "ok", report.degraded)
