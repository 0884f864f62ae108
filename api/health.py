"""Is this process alive, and is it able to work?"""

from __future__ import annotations

from litestar import Controller, get

from api.guards import PUBLIC


class HealthController(Controller):
    path = "/health"
    tags = ("health",)
    opt = PUBLIC

    @get("/live", operation_id="getLiveness", summary="The process answers", sync_to_thread=False)
    def live(self) -> dict[str, str]:
        return {"status": "ok"}
