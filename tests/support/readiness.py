"""Read the reasons of `/health/ready`."""

from __future__ import annotations

import httpx

from tests.support.api import RunningApi


def ready(api: RunningApi) -> httpx.Response:
    with api.client() as client:
        return client.get("/health/ready")


def codes(api: RunningApi) -> set[str]:
    """The codes of all reasons, without those that every test has: no worker runs, and there is no payment provider."""
    return {cause["code"] for cause in ready(api).json()["causes"]} - {"no_worker", "provider_missing"}
