"""The workers are too slow: bookings are accepted up to a limit and refused beyond it, and all accepted ones end."""

from __future__ import annotations

import httpx
import pytest

from tests.support import concurrent_clients
from tests.support.api import ApiFactory
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

LIMIT = 20


def test_bookings_are_refused_at_the_limit_of_the_backlog_and_accepted_when_it_is_processed(pipeline: Pipeline) -> None:
    flight = pipeline.flight(500)
    api = pipeline.api(BACKLOG_LIMIT=str(LIMIT))
    accounts = pipeline.accounts(60)
    responses = concurrent_clients.book(api.base_url, [Attempt(account.headers, flight) for account in accounts[:LIMIT]])
    assert {response.status for response in responses} == {httpx.codes.ACCEPTED}

    with api.client(accounts[-1].headers) as client:

        def book() -> httpx.Response:
            return client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1, "allow_duplicate": True})

        let_in = book()
        until(lambda: book().status_code != httpx.codes.ACCEPTED)
        refused = book()
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.json()["retryable"] is True
        assert int(refused.headers["retry-after"]) >= 1
        # Who was let in is still answered.
        assert client.get(f"/api/v1/jobs/{let_in.json()['job_id']}").status_code == httpx.codes.OK

        pipeline.worker()
        until(lambda: book().status_code == httpx.codes.ACCEPTED, seconds=20)
    pipeline.assert_clean(concurrent_clients.accepted(responses))


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "control: first come, first served"])
def test_one_account_cannot_fill_the_backlog(pipeline: Pipeline, start_api: ApiFactory, shared: bool) -> None:
    flights = [pipeline.flight(9) for _ in range(LIMIT + 5)]
    api = start_api(BACKLOG_LIMIT=str(LIMIT), RATE_LIMITS="on")
    api.services.live.backlog._is_shared = shared
    heavy_user, another = api.admit(), api.admit()

    def book(headers: dict[str, str], number: int) -> httpx.Response:
        return client.post("/api/v1/booking", json={"flight_id": str(flights[number]), "seats": 1}, headers=headers)

    with api.client() as client:
        responses = [book(heavy_user.headers, number) for number in range(LIMIT)]
        let_in = [response for response in responses if response.status_code == httpx.codes.ACCEPTED]
        until(lambda: api.services.live.backlog.waiting == len(let_in))
        of_another = book(another.headers, LIMIT)
        if not shared:
            assert len(let_in) == LIMIT
            assert of_another.status_code == httpx.codes.SERVICE_UNAVAILABLE
            return
        assert of_another.status_code == httpx.codes.ACCEPTED
        assert len(let_in) == LIMIT // 10
        refused = book(heavy_user.headers, LIMIT + 1)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_waiting")
        assert int(refused.headers["retry-after"]) >= 1

        def codes() -> set[str]:
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            return {cause["code"] for cause in ready.json()["causes"]}

        until(lambda: "account_over_share" in codes())
        pipeline.worker()
        until(lambda: book(heavy_user.headers, LIMIT + 2).status_code == httpx.codes.ACCEPTED, seconds=20)
        until(lambda: "account_over_share" not in codes())
