"""Which servers everything runs on: ours, in the data folder, or those that the settings name. One of each kind is possible too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.migrations import check
from core.redis import suitability
from core.settings import Settings
from launcher.embedded.child import Child
from launcher.embedded.guardian import Guardian
from launcher.embedded.postgres import EmbeddedPostgres, forget_other_servers
from launcher.embedded.valkey import EmbeddedValkey
from launcher.supervisor.folder import DataFolder

OTHERS: Final = 90
"""Connections to our own Postgres beside the workers': an API process has 20, and people and scripts look too."""


@dataclass(frozen=True)
class Addresses:
    database_url: str
    redis_url: str


@dataclass(frozen=True)
class Servers:
    """`children` are to be started first. `outer` is for any client on this machine.

    `inner` is for our own processes, which reach our own servers through Unix sockets: a fifth to two fifths faster per call, as measured.
    """

    children: tuple[Child, ...]
    outer: Addresses
    inner: Addresses


def choose(settings: Settings, folder: DataFolder, guardian: Guardian) -> Servers:
    """Raises `CannotStart` when a server that the settings name is away, or of no use."""
    children: list[Child] = []
    database_url, redis_url = settings.servers.database_url, settings.servers.redis_url
    if database_url:
        check.require(database_url, tables=False)
        inner_database_url = database_url
    else:
        forget_other_servers()
        wanted = settings.work.worker_processes * settings.work.connections + OTHERS
        postgres = EmbeddedPostgres(folder.postgres, guardian=guardian, settings={"max_connections": str(wanted)})
        database_url, inner_database_url = postgres.url, postgres.socket_url
        children.append(postgres)
    if redis_url:
        suitability.require(redis_url, may_be_away=False)
        inner_redis_url = redis_url
    else:
        valkey = EmbeddedValkey(folder.valkey, guardian=guardian)
        redis_url, inner_redis_url = valkey.url, valkey.socket_url
        children.append(valkey)
    return Servers(tuple(children), Addresses(database_url, redis_url), Addresses(inner_database_url, inner_redis_url))
