"""The application of the API with the baselines added, so that both sides of each ratio run in the same process."""

from __future__ import annotations

from litestar import Litestar

from api.app import create_app as create_product
from loadtests.bench.installation import baselines
from loadtests.bench.installation.baselines import BareAsgi


def create_app() -> Litestar:
    """For `loadtests/bench/installation/serve.py`."""
    app = create_product()
    for handler in (
        baselines.noop,
        baselines.noop_get,
        baselines.authenticated_get,
        baselines.naive,
        baselines.skip_locked,
        baselines.task,
    ):
        app.register(handler)
    app.asgi_handler = BareAsgi(app.asgi_handler)
    return app
