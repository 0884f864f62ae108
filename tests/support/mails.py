"""A traveller with an address, and the mails to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from core.notifications import booking_mails
from core.settings import Mail
from tests.support.api import RunningApi, register
from tests.support.mail_server import MailServer, mail_server
from tests.support.passengers import ASHA, book
from tests.support.pipeline import Pipeline

ADDRESS: Final = "asha@example.com"


@pytest.fixture
def asha(api: RunningApi) -> Iterator[httpx.Client]:
    """A traveller whose username is an address."""
    with api.client() as client:
        user = register(client, ADDRESS)
    with api.client(user.headers) as client:
        yield client


@pytest.fixture
def server(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the workers of the pipeline send to."""
    with mail_server() as server:
        monkeypatch.setenv("SKYQUEUE_SMTP_URL", server.url)
        monkeypatch.setenv("SKYQUEUE_MAIL_FROM", "Skyqueue <trips@example.com>")
        pipeline.context.settings.mail = Mail()
        yield server


def write(pipeline: Pipeline, *, sends: bool = False) -> None:
    with pipeline.db.transaction() as connection:
        booking_mails.write_requested(connection, limit=100, sends=sends, with_ticket=True)


def kinds(client: httpx.Client) -> list[str]:
    """Oldest first."""
    return [mail["kind"] for mail in reversed(client.get("/api/v1/mails").json()["data"])]


def newest(client: httpx.Client) -> dict[str, Any]:
    mail: dict[str, Any] = client.get("/api/v1/mails").json()["data"][0]
    return mail


def requests(pipeline: Pipeline) -> list[str | None]:
    """What each request that is stored says has changed on the ticket."""
    with pipeline.db.snapshot() as connection:
        return [change for (change,) in connection.execute("SELECT ticket_change FROM mail_requests ORDER BY id").fetchall()]


def confirmed(client: httpx.Client, pipeline: Pipeline, flight: dict[str, Any] | None = None) -> UUID:
    booking = UUID(book(client, pipeline, ASHA, flight=flight["id"] if flight else None).json()["booking_id"])
    pipeline.work(booking)
    return booking
