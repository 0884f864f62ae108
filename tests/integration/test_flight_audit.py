"""The audit log of flights: who changed which flight, and its state before."""

from __future__ import annotations

import httpx

from core.db import Database
from tests.support.flights import add_flight, body, sell


def test_every_change_is_in_the_audit_log(admin: httpx.Client, traveller: httpx.Client) -> None:
    flight = add_flight(admin)
    admin.put(f"/admin/flights/{flight['id']}", json=body(price=1))
    admin.delete(f"/admin/flights/{flight['id']}")

    entries = admin.get("/admin/audit", params={"entity": "flight", "entity_id": flight["id"], "limit": 2}).json()
    assert [entry["action"] for entry in entries["data"]] == ["flight.deleted", "flight.replaced"]
    replaced = entries["data"][1]
    assert (replaced["before"]["price"], replaced["after"]["price"]) == ("7500.00", "1.00")
    assert replaced["user_id"] == admin.get("/api/v1/auth/me").json()["id"]
    older = admin.get("/admin/audit", params={"entity": "flight", "cursor": entries["next_cursor"]}).json()
    assert [entry["action"] for entry in older["data"]] == ["flight.created"]
    assert traveller.get("/admin/audit").status_code == 403


def test_a_cancellation_is_logged_with_its_reason(admin: httpx.Client) -> None:
    flight = add_flight(admin)
    assert admin.post(f"/admin/flights/{flight['id']}/cancel", json={"reason": "fog"}).status_code == 202
    newest = admin.get("/admin/audit", params={"entity_id": flight["id"]}).json()["data"][0]
    assert newest["action"] == "flight.cancelled"
    assert newest["before"] == {"status": "SCHEDULED", "version": 1}
    assert newest["after"] == {"status": "CANCELLED", "version": 2, "reason": "fog"}


def test_a_refused_change_is_not_logged(admin: httpx.Client, db: Database) -> None:
    flight = add_flight(admin)
    sell(db, flight["id"], sold=30)
    address = f"/admin/flights/{flight['id']}"
    assert admin.put(address, json=body(total_seats=3)).status_code == 409
    assert admin.put(address, json=body(price=1), headers={"If-Match": '"9"'}).status_code == 412
    assert admin.put(address, json=body()).status_code == 200  # nothing changed
    actions = [entry["action"] for entry in admin.get("/admin/audit", params={"entity_id": flight["id"]}).json()["data"]]
    assert actions == ["flight.created"]
