"""Far more clients than seats book a flight over HTTP at the same time."""

from __future__ import annotations

import httpx
import pytest

from tests.support import concurrent_clients
from tests.support.concurrent_clients import Attempt
from tests.support.pipeline import Pipeline

CLIENTS = 500


@pytest.mark.parametrize("seats", [10, 50])
def test_five_hundred_clients_get_exactly_the_seats_there_are(pipeline: Pipeline, seats: int) -> None:
    flight = pipeline.flight(seats)
    api = pipeline.api()
    pipeline.worker()
    attempts = [Attempt(traveller.headers, flight) for traveller in pipeline.accounts(CLIENTS)]

    answers = concurrent_clients.book(api.base_url, attempts, at_once=CLIENTS, wait=25)

    accepted = [answer for answer in answers if answer.status == httpx.codes.ACCEPTED]
    refused = [answer for answer in answers if answer.status == httpx.codes.CONFLICT]
    others = [(answer.status, answer.body) for answer in answers if answer not in accepted and answer not in refused]
    assert others == [], "every client is told 202 or 409"
    assert {answer.body["code"] for answer in refused} <= {"sold_out"}
    statuses = [answer.body["job"]["status"] for answer in accepted]
    failures = {answer.body["job"]["failure"]["code"] for answer in accepted if answer.body["job"]["status"] == "FAILED"}
    assert statuses.count("CONFIRMED") == seats
    assert statuses.count("FAILED") == len(accepted) - seats
    assert failures <= {"sold_out"}
    pipeline.assert_clean(concurrent_clients.accepted(answers))
    assert pipeline.seats(flight)[:2] == (0, seats)
