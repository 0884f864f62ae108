"""The endpoint that Prometheus reads."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from api.http.authentication import PUBLIC
from api.operations import gauges
from api.services import Services
from core.errors import NotFound
from core.telemetry import metrics


class MetricsController(Controller):
    path = "/metrics"
    tags = ("health",)
    opt = PUBLIC

    @get(
        "/",
        operation_id="getMetrics",
        summary="Get the metrics of this API and of the queues",
        media_type="text/plain",
        sync_to_thread=True,
        opt={"errors": (NotFound,)},
    )
    def read(self, services: NamedDependency[Services]) -> Response[bytes]:
        """In Prometheus' text format. Nothing is here where `SKYQUEUE_METRICS_PORT` gives the metrics a port of their own."""
        if services.settings.http.metrics_port is not None:
            raise NotFound("The metrics have their own port: that of SKYQUEUE_METRICS_PORT, or the next free one.")
        return Response(metrics.exposition(gauges.read_all(services)), media_type=metrics.CONTENT_TYPE)
