"""One installation for all tests of a module, found empty by each, and people in it.

A module that lives in it takes the fixtures that it needs by their names: `pipeline, api, client = house.pipeline, house.api, house.client`.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from core.users.models import Role
from tests.support.people import Person
from tests.support.pipeline import Pipeline
from tests.support.processes import Api


@pytest.fixture
def pipeline(house: Pipeline) -> Pipeline:
    house.clear()
    return house


@pytest.fixture
def api(house_api: Api) -> Api:
    return house_api


@pytest.fixture
def account(pipeline: Pipeline) -> Person:
    return pipeline.account()


@pytest.fixture
def client(api: Api, account: Person) -> Iterator[httpx.Client]:
    """What `account` uses."""
    with api.client(account.headers) as client:
        yield client


@pytest.fixture
def stranger(api: Api, pipeline: Pipeline) -> Iterator[httpx.Client]:
    """Another traveller."""
    with api.client(pipeline.account().headers) as client:
        yield client


@pytest.fixture
def admin(api: Api, pipeline: Pipeline) -> Iterator[httpx.Client]:
    with api.client(pipeline.account(Role.ADMIN).headers) as client:
        yield client
