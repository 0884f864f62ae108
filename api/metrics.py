"""What Prometheus reads."""

from __future__ import annotations

from litestar import Controller, Response, get

from api.http.authentication import PUBLIC
from core.telemetry import metrics


class MetricsController(Controller):
    path = "/metrics"
    tags = ("health",)
    opt = PUBLIC

    @get("/", operation_id="getMetrics", summary="Metrics of this API", media_type="text/plain", sync_to_thread=False)
    def read(self) -> Response[bytes]:
        """In Prometheus' text format."""
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)
