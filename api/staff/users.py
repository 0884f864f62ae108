"""The endpoints of accounts and their roles."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.http.authentication import requires_admin
from api.http.wire import RequestBody
from api.services import Services, SignedRequest
from core.operations import audit_log
from core.text.patterns import VISIBLE
from core.users import listing
from core.users.listing import LastAdmin, OwnRole, UserNotFound, UserView
from core.users.models import Role


class UserPage(msgspec.Struct):
    data: list[UserView]
    next_cursor: UUID | None


class RoleBody(RequestBody):
    role: Role


class StaffUserController(Controller):
    path = "/admin/users"
    tags = ("accounts",)
    guards = (requires_admin,)

    @get(operation_id="listUsers", summary="List accounts", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        q: Annotated[str | None, QueryParameter(max_length=64, pattern=VISIBLE, required=False)] = None,
        role: FromQuery[Role | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> UserPage:
        """`q`: a part of the username or of the e-mail address. A closed account has no username."""
        with services.db.snapshot() as connection:
            users, following = listing.list_users(connection, text=q, role=role, before=cursor, limit=limit)
        return UserPage(users, following)

    @put(
        "/{user_id:uuid}/role",
        operation_id="changeRole",
        summary="Change the role of an account",
        sync_to_thread=True,
        opt={"errors": (UserNotFound, OwnRole, LastAdmin)},
    )
    def change_role(
        self, user_id: FromPath[UUID], data: JSONBody[RoleBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> UserView:
        """All sessions of the account end, so that the new role is valid at once. Administrators cannot change their own role."""
        with services.db.transaction() as connection:
            before, ended = listing.change_role(connection, user_id, data.role, by=request.user.user_id)
            if before != data.role:
                change = {"before": {"role": before}, "after": {"role": data.role}}
                audit_log.record(connection, request.user.user_id, "user.role_changed", user_id, **change)
            changed = listing.get_user(connection, user_id)
        services.ended.note(ended)
        return changed
