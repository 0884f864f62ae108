"""Fixtures for every test: the real servers."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import httpx
import hypothesis
import pytest

from core import interpreter
from core.db import Database
from launcher.embedded.guardian import Guardian
from tests.support import servers
from tests.support.data_template import DataTemplate
from tests.support.pipeline import Pipeline
from tests.support.process_forks import ProcessForker
from tests.support.servers import SharedPostgres, SharedRedis

pytest_plugins = [
    "tests.support.memory_folder",
    "tests.support.sharing",
    "tests.support.api",
    "tests.support.imports",
    "tests.support.installations",
    "tests.support.steps",
    "tests.support.money",
    "tests.support.provider_process",
    "tests.support.troubles",
    "tests.support.commands",
    "tests.support.databases",
    "tests.support.redis_servers",
]

LOG_CHARACTERS = 6000


def pytest_collection_finish() -> None:
    """Collect garbage as rarely as in the product's processes, and never look at what is there before the first test: the modules and
    tests are hundreds of thousands of objects, and to look at them again and again took a fifth of the processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*interpreter.COLLECT_AFTER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the product's processes wrote last is shown with the test that failed."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        pipelines = {value for value in item.funcargs.values() if isinstance(value, Pipeline)}
        for log in (log for pipeline in pipelines for log in pipeline.logs):
            report.sections.append((f"The end of {log.name}", log.read_text(errors="replace")[-LOG_CHARACTERS:]))
    return report


# No example fails because the machine is busy.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Nothing here uses TLS, and to read the system's certificates for each client takes longer than most requests."""
    context = httpx.create_ssl_context()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", lambda **_: context)
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def guardian() -> Iterator[Guardian]:
    """Ends the servers also when pytest itself is killed."""
    guardian = Guardian()
    yield guardian
    guardian.close()


@pytest.fixture(scope="session")
def forker(guardian: Guardian) -> Iterator[ProcessForker]:
    """Starts the product's processes quickly."""
    with ProcessForker(guardian) as forker:
        yield forker


@pytest.fixture(scope="session")
def data_template(guardian: Guardian, tmp_path_factory: pytest.TempPathFactory) -> DataTemplate:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes of this run
    return DataTemplate(folder / "postgres-template", guardian)


@pytest.fixture(scope="session")
def shared_postgres(data_template: DataTemplate) -> Iterator[SharedPostgres]:
    with servers.shared_postgres(data_template) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def shared_redis(guardian: Guardian) -> Iterator[SharedRedis]:
    with servers.shared_redis(guardian) as redis:
        yield redis


@pytest.fixture
def postgres(shared_postgres: SharedPostgres) -> SharedPostgres:
    """The shared server, running. A test that breaks a server asks for `private_servers` instead."""
    if not shared_postgres.is_running:
        shared_postgres.start()
    return shared_postgres


@pytest.fixture(scope="session")
def reused_database(shared_postgres: SharedPostgres) -> Iterator[servers.ReusedDatabase]:
    reused = servers.ReusedDatabase(shared_postgres)
    yield reused
    reused.drop()


@pytest.fixture
def database_url(postgres: SharedPostgres, reused_database: servers.ReusedDatabase) -> str:
    """A migrated, empty database that belongs to this test, which may change its schema too."""
    return reused_database.take()


@pytest.fixture
def redis_url(shared_redis: SharedRedis) -> str:
    """Of the shared server, running, with an empty database that belongs to this test."""
    if not shared_redis.is_running:
        shared_redis.start()
    servers.empty(shared_redis)
    return shared_redis.url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url, pool_size=10, application="test")
    yield database
    database.dispose()


ServerFactory = Callable[..., servers.ServerPair]


@pytest.fixture
def private_servers(guardian: Guardian, data_template: DataTemplate) -> Iterator[ServerFactory]:
    """Call it (settings: `postgres_settings`, `valkey_settings`) for a pair of servers that the test may kill, freeze and fill."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(servers.server_pair(guardian, data_template, **settings))
