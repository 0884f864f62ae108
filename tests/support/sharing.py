"""Choose the tests that pytest-xdist runs in one process: those that share a fixture which takes long to set up. Others run in any process."""

from __future__ import annotations

from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # pytest-xdist has no types

TOGETHER: Final = {
    "tests/architecture/": "the parsed sources",
    "tests/e2e/browser/": "the browser and its product",
    "tests/e2e/": "starts of the product, one after the other",
    "tests/integration/test_bookings.py": "the shared installation",
    "tests/integration/test_bookings_idempotency.py": "the shared installation",
    "tests/integration/test_jobs.py": "the shared installation",
}
"""The beginning of a test's path, and what it shares."""


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # likewise
    def _split_scope(self, nodeid: str) -> str:
        return next((shared for path, shared in TOGETHER.items() if nodeid.startswith(path)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)
