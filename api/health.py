"""The health checks of this process: whether it runs, and whether it is ready."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Struct

from api.http.authentication import PUBLIC
from api.services import Services
from core.errors import Unavailable


class NotReady(Unavailable):
    """`reasons`: sentences about problems. `causes`: the same problems for programs."""

    code = "not_ready"


class Liveness(Struct):
    status: Literal["ok"]


class HealthCause(Struct):
    """`code` is for programs; docs/operations.md says what to do about each. `since`: when the problem began, or when this process first
    found it.
    """

    code: str
    message: str
    since: datetime


class Health(Struct):
    status: Literal["ok", "degraded"]
    reasons: list[str]
    """Sentences for an operator; empty when the status is `ok`."""
    causes: list[HealthCause]
    """The same problems, in the same order."""


class HealthController(Controller):
    path = "/health"
    tags = ("health",)
    opt = PUBLIC

    @get("/live", operation_id="getLiveness", summary="Check that the process runs", sync_to_thread=False)
    def live(self) -> Liveness:
        """The process runs. For the servers that it needs see `/health/ready`."""
        return Liveness("ok")

    @get(
        "/ready",
        operation_id="getReadiness",
        summary="Check that the process can accept work",
        sync_to_thread=False,
        opt={"errors": (NotReady,)},
    )
    def ready(self, services: NamedDependency[Services]) -> Health:
        """`ok`, or `degraded` when work is slower or less safe than it should be. `503 not_ready` when nothing can be accepted."""
        found = services.readiness.causes()
        reasons = [cause.message for cause in found]
        causes = [HealthCause(cause.code, cause.message, cause.since) for cause in found]
        if found and found[0].is_fatal:
            raise NotReady(reasons[0], retry_after=1, reasons=reasons, causes=causes)
        return Health("degraded" if found else "ok", reasons, causes)
