"""The endpoints to compare the seats in Redis with Postgres, and to repair them."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from redis import RedisError

from api.http.authentication import requires_admin
from api.operations.installation import Drift
from api.services import Services, SignedRequest
from core.clock import new_id
from core.errors import Unavailable
from core.invariants import inventory_drift
from core.operations import audit_log
from core.seats.inventory import Inventory


class InventoryAudit(msgspec.Struct):
    """`flights`: the number of flights that are loaded in Redis. `drift`: the flights whose free seats there are wrong."""

    flights: int
    drift: list[Drift]


class InventoryAuditController(Controller):
    path = "/admin/audit/inventory"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(
        operation_id="auditInventory",
        summary="Compare the seat counts of Redis and Postgres",
        sync_to_thread=True,
        opt={"errors": (Unavailable,)},
    )
    def look(self, services: NamedDependency[Services]) -> InventoryAudit:
        """A flight with a difference is measured for a second or two, so that work in progress does not count as drift."""
        return _audit(services)

    @post(
        "/repair",
        operation_id="repairInventory",
        summary="Repair the seat counts of Redis",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (Unavailable,)},
    )
    def repair(self, request: SignedRequest, services: NamedDependency[Services]) -> InventoryAudit:
        """Wrong counts are deleted in Redis, and loaded from Postgres for the next booking. The sweep does the same within a minute."""
        found = _audit(services)
        if found.drift:
            with services.db.transaction() as connection:
                after = {"flights": {str(each.flight_id): each.seats for each in found.drift}}
                audit_log.record(connection, request.user.user_id, "inventory.repaired", new_id(), after=after)
            try:
                Inventory(services.redis).drop([each.flight_id for each in found.drift])
            except RedisError as error:
                raise _away() from error
        return found


def _audit(services: Services) -> InventoryAudit:
    try:
        loaded = inventory_drift.list_loaded(services.redis)
        with services.db.snapshot() as connection:
            found = inventory_drift.find_standing_drift(connection, services.redis, loaded)
    except RedisError as error:
        raise _away() from error
    return InventoryAudit(len(loaded), [Drift(flight_id, seats) for flight_id, seats in sorted(found.items())])


def _away() -> Unavailable:
    return Unavailable("Redis does not answer, so its seats cannot be compared.", retry_after=5)
