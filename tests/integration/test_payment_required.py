"""If payment is required, no seats are sold without one; if not, a booking without payment is confirmed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.api import ApiFactory, RunningApi, problem
from tests.support.pipeline import Pipeline


@pytest.fixture
def strict(start_api: ApiFactory) -> RunningApi:
    return start_api(REQUIRE_PAYMENT="on")


def book(api: RunningApi, pipeline: Pipeline, **more: Any) -> httpx.Response:
    body = {"flight_id": str(pipeline.flight(4)), "seats": 1, **more}
    with api.client(api.admit().headers) as client:
        return client.post("/api/v1/booking", json=body, headers={"Idempotency-Key": "once"})


def test_a_booking_without_payment_is_refused(strict: RunningApi, pipeline: Pipeline) -> None:
    problem_body = problem(book(strict, pipeline), 422, "payment_required")
    assert [(error["pointer"], error["code"]) for error in problem_body["errors"]] == [("/payment", "missing")]
    with pipeline.db.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM bookings").fetchone() == (0,)


@pytest.mark.parametrize("payment", [{"token": "tok_ok"}, {"hold": True}], ids=["card", "hold"])
def test_a_card_or_a_hold_is_taken(strict: RunningApi, pipeline: Pipeline, payment: dict[str, Any]) -> None:
    assert book(strict, pipeline, payment=payment).status_code == 202


def test_without_the_setting_a_booking_without_payment_is_taken(api: RunningApi, pipeline: Pipeline) -> None:
    """The control, and what everybody is used to."""
    assert book(api, pipeline).status_code == 202


@pytest.mark.parametrize("setting", ["on", "off"])
def test_everybody_may_read_whether_payment_is_required(start_api: ApiFactory, setting: str) -> None:
    with start_api(REQUIRE_PAYMENT=setting, HOLD_MINUTES="20", CANCEL_FEE_PERCENT="12.5").client() as anybody:
        response = anybody.get("/api/v1/configuration")
    cancellation = {"free_hours": 24, "free_days": 7, "fee_percent": "12.5", "no_refund_hours": 24}
    expected = {"payment_required": setting == "on", "hold_minutes": 20, "hold_limit": 4, "cancellation": cancellation}
    assert response.json() == expected
    assert "max-age" in response.headers["cache-control"]
