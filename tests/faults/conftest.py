"""Servers that a test may break."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from launcher.embedded.guardian import Guardian
from launcher.embedded.valkey import EmbeddedValkey
from tests.support.installations import PipelineFactory
from tests.support.pipeline import Pipeline
from tests.support.server_folder import server_folder


@pytest.fixture
def own_valkey(guardian: Guardian) -> Iterator[EmbeddedValkey]:
    """A Valkey of this test alone, with the product's settings."""
    with server_folder() as folder:
        valkey = EmbeddedValkey(folder / "valkey", guardian=guardian)
        valkey.start()
        yield valkey
        valkey.stop()


@pytest.fixture
def fragile(database_url: str, own_valkey: EmbeddedValkey, open_pipeline: PipelineFactory) -> Pipeline:
    """A pipeline whose Redis (`own_valkey`) may be killed and frozen."""
    return open_pipeline(database_url, own_valkey.url)
