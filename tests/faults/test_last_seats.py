"""Far more clients than seats book a flight over HTTP at the same time."""

from __future__ import annotations

import httpx
import pytest

from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline

CLIENTS = 500


@pytest.mark.parametrize("seats", [10, pytest.param(50, marks=pytest.mark.variant)])
def test_five_hundred_clients_get_exactly_the_seats_there_are(pipeline: Pipeline, seats: int) -> None:
    flight = pipeline.flight(seats)
    api = pipeline.api()
    pipeline.worker()
    attempts = [Attempt(traveller.headers, flight) for traveller in pipeline.accounts(CLIENTS)]

    responses = concurrent_clients.book(api.base_url, attempts, at_once=CLIENTS, wait=25)

    accepted = [response for response in responses if response.status == httpx.codes.ACCEPTED]
    refused = [response for response in responses if response.status == httpx.codes.CONFLICT]
    others = [(response.status, response.body) for response in responses if response not in accepted and response not in refused]
    assert others == [], "every response is 202 or 409"
    assert {response.body["code"] for response in refused} <= {"sold_out"}
    statuses = [response.body["job"]["status"] for response in accepted]
    failures = {response.body["job"]["failure"]["code"] for response in accepted if response.body["job"]["status"] == "FAILED"}
    assert statuses.count("CONFIRMED") == seats
    assert statuses.count("FAILED") == len(accepted) - seats
    assert failures <= {"sold_out"}
    pipeline.assert_clean(concurrent_clients.accepted(responses))
    assert pipeline.seats(flight)[:2] == (0, seats)
