"""Searches of flights from Delhi to Mumbai in ten days."""

from __future__ import annotations

from typing import Any

import httpx

from tests.support.flights import noon_in

DAY = noon_in(10).date().isoformat()


def ask(client: httpx.Client, **changes: Any) -> httpx.Response:
    response = client.get("/api/v1/search", params={"source": "Delhi", "destination": "Mumbai", "date": DAY, **changes})
    assert response.status_code == 200, response.text
    return response
