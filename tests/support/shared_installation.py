"""One installation for all tests of a module. It is emptied before each test, and has the same users in each.

A test module names the fixtures that it uses: `pipeline, api = shared_installation.pipeline, shared_installation.api`.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from core.users.models import Role
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.signed_in_user import SignedInUser


@pytest.fixture
def pipeline(shared_pipeline: Pipeline) -> Pipeline:
    shared_pipeline.clear()
    return shared_pipeline


@pytest.fixture
def api(shared_api: Api) -> Api:
    return shared_api


@pytest.fixture
def account(pipeline: Pipeline) -> SignedInUser:
    return pipeline.account()


@pytest.fixture
def client(api: Api, account: SignedInUser) -> Iterator[httpx.Client]:
    """What `account` uses."""
    with api.client(account.headers) as client:
        yield client


@pytest.fixture
def other_traveller(api: Api, pipeline: Pipeline) -> Iterator[httpx.Client]:
    """Another traveller."""
    with api.client(pipeline.account().headers) as client:
        yield client


@pytest.fixture
def admin(api: Api, pipeline: Pipeline) -> Iterator[httpx.Client]:
    with api.client(pipeline.account(Role.ADMIN).headers) as client:
        yield client
