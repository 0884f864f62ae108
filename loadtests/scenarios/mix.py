"""A mix of bookings: paid at once, held and paid, held and cancelled, bought and cancelled; and the waiting list of a full flight."""

from __future__ import annotations

import json
import random

from locust import between, task

from loadtests.scenarios.common import PLAN, Traveller

WAIT_SECONDS = 20
OK = frozenset({200})


class MixedTraveller(Traveller):
    """The last of the flights is small, so that it is full and has a waiting list."""

    wait_time = between(0.1, 0.5)

    @task(4)
    def pay_at_once(self) -> None:
        token = random.choice(("tok_ok", "tok_ok", "tok_declined", "tok_duplicate_callback", "tok_error_once"))
        self.book(self._flight(), wait=WAIT_SECONDS, name="book by card", payment={"token": token}, allow_duplicate=True)

    @task(3)
    def hold_and_pay(self) -> None:
        held = self._hold()
        if held:
            path = f"/api/v1/bookings/{held}/payments"
            body = {"token": "tok_ok"}
            self.expect("POST", path, ok=frozenset({202}), name="pay a hold", json=body, headers={"Prefer": "wait=10"})

    @task(2)
    def hold_and_cancel(self) -> None:
        held = self._hold()
        if held:
            self.expect("DELETE", f"/api/v1/bookings/{held}", ok=OK, name="cancel a hold")

    @task(2)
    def buy_and_cancel(self) -> None:
        bought = self.book(PLAN.flights[-1], wait=WAIT_SECONDS, name="book the full flight", allow_duplicate=True)
        if bought is not None and random.random() < 0.5:
            quote = self.expect(
                "POST", f"/api/v1/bookings/{bought['booking_id']}/cancellations", ok=frozenset({201}), name="request a quote"
            )
            if quote.status_code == 201:
                path = f"/api/v1/cancellations/{json.loads(quote.text)['id']}/confirm"
                self.expect("POST", path, ok=OK, name="cancel")

    @task(2)
    def join_waiting_list(self) -> None:
        path = f"/api/v1/flights/{PLAN.flights[-1]}/waitlist"
        joined = self.expect("POST", path, ok=frozenset({200, 201}), name="join the waiting list", json={"party_size": 1})
        if joined.status_code in (200, 201):
            self.expect("GET", path, ok=OK, name="read the waiting list")
            if random.random() < 0.5:
                self.expect("DELETE", path, ok=frozenset({200, 204}), name="leave the waiting list")

    def _hold(self) -> str | None:
        held = self.book(self._flight(), wait=WAIT_SECONDS, name="hold", payment={"hold": True}, allow_duplicate=True)
        return str(held["booking_id"]) if held is not None and held["status"] == "HELD" else None

    def _flight(self) -> str:
        return random.choice(PLAN.flights[:-1])
