"""Use the servers that `make test DATABASE_URL=postgresql://... REDIS_URL=redis://...` names, instead of embedded ones.

The tests create databases on that Postgres, and remove them; the role must be a superuser. They empty databases of that
Redis: one for each process of pytest, from the named one on.
"""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit, urlunsplit

DATABASE_URL: Final = os.environ.get("SKYQUEUE_TEST_DATABASE_URL")
REDIS_URL: Final = os.environ.get("SKYQUEUE_TEST_REDIS_URL")


class NamedPostgres:
    """In the place of an `EmbeddedPostgres` that all tests share."""

    is_running: Final = True

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def url_of(self, database: str) -> str:
        return urlunsplit(self._parts._replace(path=f"/{database}"))

    def start(self) -> None:
        """It runs."""


class NamedRedis:
    """In the place of an `EmbeddedValkey` that all tests share."""

    is_running: Final = True

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        number = int(parts.path.strip("/") or 0) + _process()
        self.url: Final = urlunsplit(parts._replace(path=f"/{number}"))

    def start(self) -> None:
        """It runs."""


def _process() -> int:
    """Which process of pytest-xdist this is."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
