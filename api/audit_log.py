"""The endpoint of the audit log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.authentication import requires_admin
from api.services import Services
from core.operations import audit_log
from core.operations.audit_log import AuditView
from core.text.patterns import VISIBLE


class AuditPage(msgspec.Struct):
    data: list[AuditView]
    next_cursor: UUID | None


class AuditController(Controller):
    path = "/admin/audit"
    tags = ("operations",)
    guards = (requires_admin,)

    @get(operation_id="listAuditEntries", summary="List the audit log", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        entity: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        entity_id: FromQuery[UUID | None] = None,
        action: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        user: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        key_id: FromQuery[UUID | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> AuditPage:
        """Changes by administrators, newest first. `entity`: a noun, such as `flight` or `import`. `action`: noun and verb, as in
        `flight.cancelled`. `user`: the username of the administrator. A change that was made with an API key has the key and the account
        that the key acts for. `key_id`: only changes that were made with this key.
        """
        with services.db.snapshot() as connection:
            entries, following = audit_log.list_entries(
                connection,
                entity=entity,
                entity_id=entity_id,
                action=action,
                username=user,
                key_id=key_id,
                before=cursor,
                limit=limit,
            )
        return AuditPage(entries, following)
