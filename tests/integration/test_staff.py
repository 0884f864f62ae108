"""What the staff can read of accounts, bookings, flights, payments and imports, and what they do on behalf of travellers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.users.models import Role
from tests.support.api import RunningApi, problem
from tests.support.imports import ImportSteps, csv_of, row
from tests.support.mails import write
from tests.support.money import PaymentSteps
from tests.support.pipeline import Pipeline


def get(client: httpx.Client, address: str, **params: Any) -> dict[str, Any]:
    response = client.get(address, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def booked(traveller: httpx.Client, pipeline: Pipeline, flight: UUID, **body: Any) -> UUID:
    wanted = {"flight_id": str(flight), "seats": 2, **body}
    booking = UUID(traveller.post("/api/v1/booking", json=wanted).raise_for_status().json()["booking_id"])
    pipeline.work(booking)
    return booking


# Accounts


def test_a_role_is_changed_and_counts_at_once(api: RunningApi, admin: httpx.Client) -> None:
    other = api.admit(Role.TRAVELLER)
    name = get(admin, "/admin/users", q=other.username)["data"][0]
    assert (name["id"], name["role"], name["closed_at"]) == (str(other.id), "traveller", None)
    changed = admin.put(f"/admin/users/{other.id}/role", json={"role": "agent"}).raise_for_status().json()
    assert (changed["role"], changed["sessions"]) == ("agent", 0)
    assert str(other.id) in [each["id"] for each in get(admin, "/admin/users", role="agent")["data"]]
    (entry,) = get(admin, "/admin/audit", entity="user", entity_id=str(other.id))["data"]
    assert (entry["action"], entry["before"], entry["after"]) == (
        "user.role_changed",
        {"role": "traveller"},
        {"role": "agent"},
    )
    admin.put(f"/admin/users/{other.id}/role", json={"role": "agent"}).raise_for_status()
    assert len(get(admin, "/admin/audit", entity="user", entity_id=str(other.id))["data"]) == 1, "nothing changed"


def test_nobody_changes_their_own_role_or_that_of_an_unknown_account(api: RunningApi) -> None:
    me = api.admit(Role.ADMIN)
    with api.client(me.headers) as admin:
        problem(admin.put(f"/admin/users/{me.id}/role", json={"role": "agent"}), 409, "own_role")
        problem(admin.put(f"/admin/users/{uuid4()}/role", json={"role": "agent"}), 404, "user_not_found")
        problem(admin.put(f"/admin/users/{uuid4()}/role", json={"role": "captain"}), 422, "validation")


def test_two_administrators_who_take_the_role_from_each_other_leave_one(api: RunningApi) -> None:
    accounts = [api.admit(Role.ADMIN) for _ in range(2)]

    def demote(number: int) -> int:
        with api.client(accounts[number].headers) as client:
            return client.put(f"/admin/users/{accounts[1 - number].id}/role", json={"role": "traveller"}).status_code

    with ThreadPoolExecutor(2) as both:
        statuses = sorted(both.map(demote, range(2)))
    assert statuses[0] == 200
    assert statuses[1] in (401, 409), "signed out before it was asked, or refused as the last one"


# Flights


def test_a_cancellation_is_previewed_with_all_whom_it_hits(
    traveller: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    flight = pipeline.flight(4)
    booked(traveller, pipeline, flight)
    booked(traveller, pipeline, flight, payment={"token": "tok_ok"}, allow_duplicate=True)
    waits = traveller.post(f"/api/v1/flights/{flight}/waitlist", json={"party_size": 2})
    assert waits.status_code == 201, waits.text
    impact = get(admin, f"/admin/flights/{flight}/impact")
    assert (impact["bookings"], impact["seats"], impact["waiting_parties"], impact["trips"]) == (2, 4, 1, 0)
    assert impact["confirmed"] + impact["held"] == 2
    (party,) = get(admin, f"/admin/flights/{flight}/line")["data"]
    assert (party["party_size"], party["status"], party["position"]) == (2, "WAITING", 1)
    assert get(admin, f"/admin/flights/{flight}/line", cursor=party["turn"])["data"] == []
    problem(admin.get(f"/admin/flights/{uuid4()}/impact"), 404, "flight_not_found")


# Bookings and money


def test_a_booking_shows_its_account_and_what_staff_cancel_is_in_the_audit_log(
    traveller: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    booking = booked(traveller, pipeline, pipeline.flight(4))
    seen = get(admin, f"/admin/bookings/{booking}")
    assert seen["booking"]["id"] == str(booking)
    assert seen["user"]["id"] == seen["booking"]["user_id"]
    assert (seen["ledger"], seen["totals"]) == ([], [])
    for _ in range(2):
        quote = admin.post(f"/api/v1/bookings/{booking}/cancellations")
        if quote.status_code == 201:
            admin.post(f"/api/v1/cancellations/{quote.json()['id']}/confirm").raise_for_status()
    (entry,) = get(admin, "/admin/audit", entity="booking", entity_id=str(booking))["data"]
    assert (entry["action"], entry["after"]["status"]) == ("booking.cancelled", "CANCELLED")
    assert entry["username"]
    assert get(admin, "/admin/audit", action="booking.cancelled", user=entry["username"])["data"][0]["id"] == entry["id"]


def test_what_travellers_cancel_themselves_is_not_in_the_audit_log(
    traveller: httpx.Client, admin: httpx.Client, pipeline: Pipeline
) -> None:
    booking = booked(traveller, pipeline, pipeline.flight(4))
    traveller.delete(f"/api/v1/bookings/{booking}").raise_for_status()
    assert get(admin, "/admin/audit", entity_id=str(booking))["data"] == []


def test_a_confirmation_is_written_once_more(traveller: httpx.Client, admin: httpx.Client, pipeline: Pipeline) -> None:
    booking = booked(traveller, pipeline, pipeline.flight(4))
    again = f"/admin/bookings/{booking}/mails"
    problem(admin.post(again), 409, "no_mail_address")
    traveller.put("/api/v1/auth/email", json={"email": "asha@example.com"}).raise_for_status()
    for _ in range(2):
        accepted = admin.post(again)
        assert accepted.status_code == 202
        assert accepted.json() == {"kind": "confirmed", "address": "asha@example.com"}
        write(pipeline)
    mails = get(admin, "/admin/mails", booking_id=str(booking))["data"]
    assert [each["mail"]["kind"] for each in mails] == ["confirmed", "confirmed"]
    assert [each["mail"]["id"] for each in get(admin, f"/admin/bookings/{booking}")["mails"]] == [
        each["mail"]["id"] for each in mails
    ]
    waiting = UUID(
        traveller.post("/api/v1/booking", json={"flight_id": str(pipeline.flight(4)), "seats": 1}).json()["booking_id"]
    )
    problem(admin.post(f"/admin/bookings/{waiting}/mails"), 409, "nothing_to_send")


# Imports


def test_one_fault_of_a_thousand_rows_is_one_group(import_steps: ImportSteps) -> None:
    bad = [row(number, destination="Mumbaiii" if number % 10 else "Dehli") for number in range(1000)]
    job = import_steps.send(csv_of([*bad, row(1001, price="-1"), row(1002)]))
    import_steps.work(job)
    groups = get(import_steps.admin, f"/admin/flights/bulk-upload/{job}/faults")["data"]
    shown = [(group["code"], group["column"], group["rows"], group["values"]) for group in groups]
    assert shown[0] == ("unknown_place", "destination", 1000, 2)
    first = groups[0]["examples"][0]
    assert (first["value"], first["rows"], first["line"]) == ("Mumbaiii", 900, 3)
    assert groups[1]["column"] == "price"
    assert (groups[1]["rows"], groups[1]["first_line"]) == (1, 1002)
    assert sum(group["rows"] for group in groups) == 1001
    problem(import_steps.admin.get(f"/admin/flights/bulk-upload/{uuid4()}/faults"), 404, "import_not_found")


def test_money_is_a_ledger_with_charge_refund_and_balance(
    admin: httpx.Client, payment_steps: PaymentSteps, payer: UUID, flight: UUID
) -> None:
    booking = payment_steps.hold(payer, flight, 2)
    claim = payment_steps.begin(booking)
    payment_steps.settle(claim, payment_steps.call(claim))
    payment_steps.steps.cancel(booking)
    seen = get(admin, f"/admin/bookings/{booking}")
    assert [(each["kind"], each["amount"]) for each in seen["ledger"]] == [("refund", "15000.00"), ("charge", "15000.00")]
    assert seen["totals"] == [{"currency": "INR", "captured": "15000.00", "refunded": "15000.00", "balance": "0.00"}]
    reference = seen["booking"]["reference"]
    page = get(admin, "/admin/payments", reference=reference, limit=1)
    assert (page["data"][0]["kind"], page["next_cursor"]) == ("refund", seen["ledger"][0]["id"])
    (charge,) = get(admin, "/admin/payments", reference=reference, cursor=page["next_cursor"])["data"]
    assert (charge["status"], charge["attempts"]) == ("SUCCEEDED", 1)
    assert get(admin, "/admin/payments", kind="charge", status="DECLINED")["data"] == []


@pytest.mark.parametrize("query", [{"kind": "gift"}, {"status": "paid"}, {"limit": 0}])
def test_a_ledger_refuses_what_it_does_not_understand(admin: httpx.Client, query: dict[str, Any]) -> None:
    problem(admin.get("/admin/payments", params=query), 422, "validation")
