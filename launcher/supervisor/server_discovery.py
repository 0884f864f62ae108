"""Find the servers that a command uses: those that the settings name, else those of a `skyqueue up` that runs in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.db import address
from core.environment.files import environment_with
from core.settings import Servers
from core.startup import CannotStart
from launcher.embedded.postgres import remove_pg_variables
from launcher.supervisor import runtime_file


@dataclass(frozen=True)
class ServerAddresses:
    data_dir: Path
    database_url: str
    redis_url: str
    payments_url: str | None
    """The address of the payment provider; None: it is not known."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with these addresses, for a process that uses the same servers."""
        return environment_with(
            {
                "SKYQUEUE_DATA_DIR": str(self.data_dir),
                "SKYQUEUE_DATABASE_URL": self.database_url,
                "SKYQUEUE_REDIS_URL": self.redis_url,
            }
        )


def find(servers: Servers) -> ServerAddresses:
    """The addresses of the servers. Raises `CannotStart` when none are known, or a setting is no address."""
    running = _running(servers)
    database_url = find_database(servers)
    redis_url = servers.redis_url or (running.redis_url if running else None)
    if database_url and redis_url:
        is_of_running = running is not None and not servers.database_url
        return ServerAddresses(
            servers.data_dir, database_url, redis_url, running.payments_url if running and is_of_running else None
        )
    missing = (
        "SKYQUEUE_REDIS_URL"
        if database_url
        else "SKYQUEUE_DATABASE_URL"
        if redis_url
        else "SKYQUEUE_DATABASE_URL and SKYQUEUE_REDIS_URL"
    )
    raise CannotStart(
        f"Not set: {missing}; and no `skyqueue up` runs in {servers.data_dir}.", "Name the servers, or start `skyqueue up` first."
    )


def find_database(servers: Servers) -> str | None:
    """The address of the database alone; None when no database is named and no `skyqueue up` runs.

    Raises:
        CannotStart: the setting is no address.
    """
    if servers.database_url:
        address.require_valid(servers.database_url)
        return servers.database_url
    remove_pg_variables()
    running = _running(servers)
    return running.database_url if running else None


def _running(servers: Servers) -> runtime_file.Runtime | None:
    return runtime_file.of_running(servers.data_dir / runtime_file.NAME)
