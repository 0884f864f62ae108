"""A listener of `GET /api/v1/events`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import httpx

EVENTS = "/api/v1/events"


class Serving(Protocol):
    """A process that answers, or an application in this one."""

    def client(self, headers: dict[str, str] | None = None) -> httpx.Client: ...


class Listening:
    """One open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        assert next(self._lines) == "retry: 1000"  # from here on it hears everything

    def frame(self) -> dict[str, str]:
        """The next event, by its fields; comments and the first word are left out."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "event" in fields:
                return fields
            name, colon, value = line.partition(": ")
            if colon and name:
                fields[name] = value
        raise AssertionError("the stream ended")

    def types(self, last: str) -> list[str]:
        """The types of the events that come, up to the first of the type `last`."""
        received = [self.frame()["event"]]
        while received[-1] != last:
            received.append(self.frame()["event"])
        return received

    def data(self) -> dict[str, Any]:
        """The data of the next event."""
        read: dict[str, Any] = json.loads(self.frame()["data"])
        return read

    def end(self) -> None:
        """Return when the stream ends."""
        list(self._lines)


@contextmanager
def listening(api: Serving, headers: dict[str, str], *topics: str, last: str | None = None) -> Iterator[Listening]:
    resumed = {"Last-Event-ID": last} if last is not None else {}
    with (
        api.client({**headers, **resumed}) as client,
        client.stream("GET", EVENTS, params={"topics": ",".join(topics)}) as response,
    ):
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Listening(response)
