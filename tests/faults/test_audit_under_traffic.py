"""`skyqueue audit --live` while travellers book and cancel: it reports no work in progress, and finds real violations."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx
import pytest

from core import keys
from core.clock import new_id
from core.invariants import lasting
from core.operations import dead_letters
from launcher import cli
from tests.support.pipeline import Pipeline
from tests.support.processes import Api
from tests.support.signed_in_user import SignedInUser
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)  # an audit that finds something looks again 10 s later

AUDITS = 12
SEATS = 4
PAUSE_SECONDS = 0.02
"""Of each traveller, between two requests: light traffic, not as much as the machine can do."""


class Traffic:
    """Travellers who book seats and give most of them back, all on the same few flights."""

    def __init__(self, api: Api, signed_in_user: list[SignedInUser], flights: list[UUID]) -> None:
        self._api = api
        self._flights = flights
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._travel, args=(user, number)) for number, user in enumerate(signed_in_user)]
        self.results: Counter[str] = Counter()
        """The results of the travellers' requests: `CONFIRMED`, `FAILED`, `cancelled`, or the code of an error."""

    @contextmanager
    def running(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def _travel(self, user: SignedInUser, number: int) -> None:
        confirmed = 0
        with self._api.client({**user.headers, "Prefer": "wait=10"}) as client:
            while not self._stop.wait(PAUSE_SECONDS):
                flight = self._flights[(number + sum(self.results.values())) % len(self._flights)]
                request = {"flight_id": str(flight), "seats": 1, "allow_duplicate": True}
                booked = client.post("/api/v1/booking", json=request)
                if booked.status_code != httpx.codes.ACCEPTED:
                    self.results[str(booked.json().get("code"))] += 1
                    continue
                status = booked.json()["job"]["status"]
                self.results[status] += 1
                if status == "CONFIRMED" and (confirmed := confirmed + 1) % 20:
                    given_back = client.delete(f"/api/v1/bookings/{booked.json()['booking_id']}")
                    self.results["cancelled" if given_back.is_success else given_back.text] += 1


@pytest.fixture
def flights(pipeline: Pipeline) -> list[UUID]:
    """The first has few seats, and is sold out now and then."""
    return [pipeline.flight(SEATS), pipeline.flight(500)]


@pytest.fixture
def traffic(pipeline: Pipeline, flights: list[UUID], monkeypatch: pytest.MonkeyPatch) -> Iterator[Traffic]:
    for name, value in pipeline.environment.items():
        monkeypatch.setenv(name, value)  # for the command, which runs in this process
    pipeline.worker()
    traffic = Traffic(pipeline.api(), pipeline.accounts(6), flights)
    with traffic.running():
        until(lambda: traffic.results["cancelled"] > 10, seconds=60)
        yield traffic


def audit(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Its exit status and its lines."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["audit", "--live"])
    assert isinstance(ended.value.code, int)
    return ended.value.code, capsys.readouterr().out.splitlines()


@pytest.mark.variant
def test_no_audit_alarms_while_all_is_well(pipeline: Pipeline, traffic: Traffic, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(AUDITS):
        before = traffic.results["cancelled"]
        assert audit(capsys) == (0, ["Every invariant holds."])
        until(lambda before=before: traffic.results["cancelled"] > before)  # type: ignore[misc]
    assert set(traffic.results) <= {"CONFIRMED", "FAILED", "cancelled", "sold_out"}


def test_what_is_wrong_is_found_among_what_is_in_flight(
    pipeline: Pipeline, flights: list[UUID], traffic: Traffic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "AGAIN_SECONDS", 1.0)
    drifting, counted = flights[1], pipeline.flight(10)
    pipeline.redis.hincrby(keys.inventory(drifting), "free", 3)
    with pipeline.db.transaction() as connection:
        connection.execute("UPDATE flights SET seats_sold = seats_sold + 1 WHERE id = %s", (counted,))
        (letter,) = dead_letters.store_bookings(connection, [new_id()], "failed 5 times")
    before = traffic.results["cancelled"]
    status, lines = audit(capsys)
    assert status == 1
    *found, summary = lines
    assert [line.partition(":")[0] for line in found] == ["I1 seats counted", "I6 Redis agrees", "I11 nothing is given up"]
    assert str(counted) in found[0]
    assert f"Redis calls +3 seats free on flight {drifting}" in found[1]
    assert str(letter.id) in found[2]
    assert summary == "3 violations."
    assert traffic.results["cancelled"] > before
