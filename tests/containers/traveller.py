"""A traveller who uses an installation through one of its ports."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from tests.containers.installation import CheckFailed

PATIENCE_SECONDS: Final = 120.0
"""A server that was just started again is away for a while, and what was accepted before is worked first."""
AWAY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})
ENDED: Final = frozenset({"CONFIRMED", "FAILED", "EXPIRED", "CANCELLED"})

_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Whatever proxy the environment names, this machine is not behind it."""


class Traveller:
    def __init__(self, port: int) -> None:
        self._base_url = f"http://127.0.0.1:{port}"
        self._headers: dict[str, str] = {}

    def open_the_app(self) -> None:
        """`CheckFailed` unless its first page is there."""
        status, text = self._try("GET", "/", None, {})
        if status != HTTPStatus.OK or '<div id="root">' not in text:
            raise CheckFailed(f"{self._base_url}/ does not show the app: {status or 'no response'}: {text}")

    def sign_up(self, username: str) -> None:
        password = "a long enough password"
        self.send("POST", "/api/v1/auth/register", {"username": username, "password": password})
        self.sign_in(username, password)

    def sign_in(self, username: str, password: str) -> None:
        form = urlencode({"username": username, "password": password})
        token = self.send("POST", "/api/v1/auth/token", form)["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def find_flight(self, source: str, destination: str) -> dict[str, Any]:
        """One of tomorrow. `CheckFailed` if there is none."""
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        query = urlencode({"source": source, "destination": destination, "date": tomorrow.isoformat(), "limit": 1})
        found = self.send("GET", f"/api/v1/search?{query}")
        if not found:
            raise CheckFailed(f"There is no flight from {source} to {destination} on {tomorrow}.")
        return dict(found[0])

    def add_flight(self, source: str, destination: str) -> None:
        """An administrator can."""
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        times = {"departure_ts": f"{tomorrow}T10:00:00Z", "arrival_ts": f"{tomorrow}T12:00:00Z"}
        places = {"source": source, "destination": destination}
        self.send("POST", "/admin/flights", {"flight_number": "AI-202", **places, **times, "total_seats": 150, "price": 7500})

    def book(self, flight: Mapping[str, Any], payment: Mapping[str, Any] | None = None) -> None:
        """Book one seat, also after others like it, and follow the job to its end. `CheckFailed` unless it is confirmed."""
        body = {"flight_id": flight["id"], "seats": 1, "allow_duplicate": True} | ({"payment": payment} if payment else {})
        accepted = self.send("POST", "/api/v1/booking", body, {"Idempotency-Key": str(uuid4())})
        deadline = time.monotonic() + PATIENCE_SECONDS
        job: dict[str, Any] = {}
        while job.get("status") not in ENDED and time.monotonic() < deadline:
            job = self.send("GET", accepted["status_url"], None, {"Prefer": "wait=5"})
        if job["status"] != "CONFIRMED":
            raise CheckFailed(f"The booking {accepted['booking_id']} is {job['status']}, not CONFIRMED: {job}")

    def send(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """The body of the response. The request is repeated while the server is away. A body that is text is sent as a form."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, text = self._try(method, path, body, headers or {})
            if status is not None and status < HTTPStatus.BAD_REQUEST:
                return text
            if (status is not None and status not in AWAY) or time.monotonic() > deadline:
                raise CheckFailed(f"{method} {self._base_url}{path}: {status or 'no response'}: {text}")
            time.sleep(0.5)

    def _try(self, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int | None, Any]:
        """The status, or None if there is no response, and the body or the error."""
        is_form = isinstance(body, str)
        data = None if body is None else (str(body) if is_form else json.dumps(body)).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded" if is_form else "application/json"}
        request = urllib.request.Request(f"{self._base_url}{path}", data, {**kind, **self._headers, **headers}, method=method)
        try:
            with _DIRECT.open(request, timeout=30) as response:
                text = response.read().decode()
                return response.status, json.loads(text) if "json" in response.headers["Content-Type"] else text
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return None, repr(error)
