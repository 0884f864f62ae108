"""Requests that schemathesis generates from the OpenAPI document, for any length of time: `make fuzz SECONDS=600`.

All of its checks, and one of ours: an answer has no header that the document does not name. `tests/integration/test_openapi.py` does the same for
seconds, with the checks that matter most.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from tests.support.api import RunningApi

pytestmark = pytest.mark.slow

SECONDS: Final = float(os.environ.get("SKYQUEUE_TEST_FUZZ_SECONDS", "30"))
CASES: Final = 10
"""Of one operation at a time, so that each has its turn early."""
LEFT_OUT: Final = {
    # A request of the right form may still name a flight that is not there, or a file without rows: the answer says so with 4xx.
    "positive_data_acceptance",
}
ENDLESS: Final = "GET /api/v1/events"
"""An answer that goes on for minutes. Its own tests are in test_events.py."""
NOT_OF_READS: Final = {
    # An empty filter is no filter, and an unknown parameter is passed over: only requests that change something refuse them.
    "negative_data_rejection",
}
OF_EVERY_ANSWER: Final = frozenset(
    {"allow", "cache-control", "connection", "content-length", "content-type", "date", "transfer-encoding", "vary"}
    | {"x-content-type-options", "x-accel-buffering", "permissions-policy", "referrer-policy", "content-security-policy"}
)


def headers_are_documented(_: Any, response: Any, case: Any) -> None:
    """Ours: who reads the document knows each header."""
    responses = case.operation.definition.raw["responses"]
    documented = responses.get(str(response.status_code), {}).get("headers", {})
    unknown = set(response.headers) - {name.lower() for name in documented} - OF_EVERY_ANSWER
    assert not unknown, f"{case.operation.label} answers {response.status_code} with {sorted(unknown)}"


def test_nothing_contradicts_the_document(api: RunningApi, admin: httpx.Client, subtests: pytest.Subtests) -> None:
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT] + [headers_are_documented]
    schema = schemathesis.openapi.from_url(f"{api.base_url}/schema/openapi.json")
    headers = {"Authorization": admin.headers["authorization"]}
    described: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    operations = [operation for operation in described if operation.label != ENDLESS]
    assert len(operations) == len(described) - 1
    until, requests, wrong = time.monotonic() + SECONDS, 0, set()

    def answers_as_documented(case: Any) -> None:
        nonlocal requests
        requests += 1
        held_to = [check for check in checks if case.method != "GET" or check.__name__ not in NOT_OF_READS]
        case.call_and_validate(headers=headers, checks=held_to, timeout=30)

    while time.monotonic() < until:
        random.shuffle(operations)
        for operation in operations:
            if operation.label in wrong or time.monotonic() >= until:
                continue
            drawn = operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
            test = settings(
                max_examples=CASES, deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
            )(seed(random.getrandbits(64))(given(case=drawn)(answers_as_documented)))
            with subtests.test(operation.label):
                wrong.add(operation.label)
                test()
                wrong.discard(operation.label)
    print(f"{requests} requests in {SECONDS:.0f} s")
