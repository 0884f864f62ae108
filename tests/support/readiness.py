"""Read the reasons of `/health/ready`."""

from __future__ import annotations

import httpx

from tests.support.api import RunningApi


def ready(api: RunningApi) -> httpx.Response:
    with api.client() as client:
        return client.get("/health/ready")


def codes(api: RunningApi) -> set[str]:
    """Of the reasons that readiness gives for servers: nobody works here, and nobody can be paid."""
    return {cause["code"] for cause in ready(api).json()["causes"]} - {"no_worker", "provider_missing"}
