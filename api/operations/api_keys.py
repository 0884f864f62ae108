"""The endpoints of keys for programs: create, list and revoke."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.contract.headers import LOCATION
from api.http.authentication import requires_admin
from api.http.wire import RequestBody, Word
from api.services import Services, SignedRequest
from core.operations import audit_log
from core.users import api_keys
from core.users.api_keys import ApiKeyNotFound, ApiKeyView, TooManyApiKeys
from core.users.models import KeyScope


class ApiKeyBody(RequestBody):
    """`name`: what the key is for. `scopes`: what it allows."""

    name: Word
    scopes: Annotated[list[KeyScope], Meta(min_length=1, max_length=len(KeyScope))]


class NewApiKey(msgspec.Struct, frozen=True):
    """`key`: the key itself, which is not returned again."""

    key: str
    api_key: ApiKeyView


class ApiKeyList(msgspec.Struct):
    data: list[ApiKeyView]


class ApiKeyController(Controller):
    path = "/admin/api-keys"
    tags = ("integrations",)
    guards = (requires_admin,)

    @get(operation_id="listApiKeys", summary="List API keys", sync_to_thread=True)
    def list(self, services: NamedDependency[Services]) -> ApiKeyList:
        """Keys, newest first, also revoked ones."""
        with services.db.snapshot() as connection:
            return ApiKeyList(api_keys.list_keys(connection))

    @post(
        operation_id="createApiKey",
        summary="Create an API key",
        status_code=HTTPStatus.CREATED,
        sync_to_thread=True,
        response_headers=(LOCATION,),
        opt={"errors": (TooManyApiKeys,)},
    )
    def create(
        self, data: JSONBody[ApiKeyBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[NewApiKey]:
        """Send the key as a bearer token. It acts for your account. The scope `read` allows reading what an agent can read; `book` allows
        creating and changing bookings of the account; `admin` allows everything. `Idempotency-Key` is not supported here, because the
        response with the key would have to be stored.
        """
        with services.db.transaction() as connection:
            key, made = api_keys.create(connection, request.user.user_id, data.name, data.scopes)
            after = {"name": made.name, "scopes": made.scopes, "hint": made.hint}
            audit_log.record(connection, request.user.user_id, "api_key.created", made.id, after=after)
        services.api_keys.changed()
        return Response(NewApiKey(key, made), headers={"location": "/admin/api-keys"})

    @delete(
        "/{key_id:uuid}",
        operation_id="revokeApiKey",
        summary="Revoke an API key",
        status_code=HTTPStatus.NO_CONTENT,
        sync_to_thread=True,
        opt={"errors": (ApiKeyNotFound,)},
    )
    def revoke(self, key_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> None:
        """The key is refused at once by every process of the API. Safe to repeat."""
        with services.db.transaction() as connection:
            revoked = api_keys.revoke(connection, key_id)
            if revoked is not None:
                before = {"name": revoked.name, "scopes": revoked.scopes, "hint": revoked.hint}
                audit_log.record(connection, request.user.user_id, "api_key.revoked", key_id, before=before)
        services.api_keys.changed(key_id)
