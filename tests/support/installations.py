"""Installations for tests: one for each test, or one for all tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.pipeline import Pipeline
from tests.support.process_forks import ProcessForker
from tests.support.processes import Api
from tests.support.servers import SharedPostgres, SharedRedis

PipelineFactory = Callable[[str, str], Pipeline]


@pytest.fixture
def open_pipeline(forker: ProcessForker, tmp_path: Path) -> Iterator[PipelineFactory]:
    """Call it with the addresses of a database and a Redis."""
    with ExitStack() as stack:

        def open_on(database_url: str, redis_url: str) -> Pipeline:
            pipeline = Pipeline(database_url, redis_url, tmp_path, forker)
            stack.callback(pipeline.close)
            return pipeline

        yield open_on


@pytest.fixture
def pipeline(database_url: str, redis_url: str, open_pipeline: PipelineFactory) -> Pipeline:
    """An installation on the shared servers, without processes: start what the test needs."""
    return open_pipeline(database_url, redis_url)


@pytest.fixture(scope="module")
def shared_pipeline(
    forker: ProcessForker, shared_postgres: SharedPostgres, shared_redis: SharedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    """An installation for all tests of a module, which `clear` it instead of starting an API of their own."""
    with servers.fresh_database(shared_postgres) as database_url:
        pipeline = Pipeline(database_url, shared_redis.url, tmp_path_factory.mktemp("shared"), forker)
        yield pipeline
        pipeline.close()


@pytest.fixture(scope="module")
def shared_api(shared_pipeline: Pipeline) -> Api:
    """The API of the shared installation; it keeps running from test to test."""
    return shared_pipeline.api()
