"""No worker keeps pace: bookings are accepted up to a limit, refused beyond it, and all that were accepted end."""

from __future__ import annotations

import httpx

from tests.support import crowd
from tests.support.crowd import Wish
from tests.support.pipeline import Pipeline
from tests.support.waiting import until

LIMIT = 20


def test_the_door_closes_at_the_limit_and_opens_when_the_backlog_is_worked(pipeline: Pipeline) -> None:
    flight = pipeline.flight(500)
    api = pipeline.api(BACKLOG_LIMIT=str(LIMIT))
    accounts = pipeline.accounts(60)
    answers = crowd.book(api.base_url, [Wish(account.headers, flight) for account in accounts[:LIMIT]])
    assert {answer.status for answer in answers} == {httpx.codes.ACCEPTED}

    with api.client(accounts[-1].headers) as client:

        def book() -> httpx.Response:
            return client.post("/api/v1/booking", json={"flight_id": str(flight), "seats": 1})

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
    pipeline.assert_clean(crowd.accepted(answers))
