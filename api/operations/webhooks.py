"""The endpoints of webhooks and their deliveries."""

from __future__ import annotations

import re
from http import HTTPStatus
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from psycopg.errors import LockNotAvailable

from api.contract.headers import LOCATION
from api.http.authentication import requires_admin
from api.http.wire import Line, RequestBody
from api.services import Services, SignedRequest
from core.clock import now
from core.db import RawConnection
from core.errors import Invalid, Unavailable
from core.events.domain_events import EventType
from core.operations import audit_log
from core.text.patterns import VISIBLE
from core.webhooks import deliveries, endpoints
from core.webhooks.addresses import is_public
from core.webhooks.deliveries import DeliveryNotFound, DeliveryView
from core.webhooks.endpoints import TooManyWebhooks, WebhookNotFound, WebhookView
from core.webhooks.models import DeliveryStatus

PATH: Final = "/admin/webhooks"
LONGEST_URL: Final = 2_000
_URL: Final = re.compile(r"[\x21-\x7e]+")

Url = Annotated[str, Meta(min_length=1, max_length=LONGEST_URL, pattern=VISIBLE)]
Types = Annotated[list[EventType], Meta(min_length=1, max_length=len(EventType))]


class WebhookBody(RequestBody):
    """`url` begins with https://. `events`: the types of events that are sent to it."""

    url: Url
    events: Types
    description: Line | None = None


class WebhookChange(RequestBody):
    """Fields that are left out are not changed. `enabled` true: waiting deliveries are sent now."""

    url: Url | UnsetType = UNSET
    events: Types | UnsetType = UNSET
    description: Line | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookWithSecret(msgspec.Struct, frozen=True):
    """`secret`: the secret that signs the calls. It is not returned again."""

    secret: str
    webhook: WebhookView


class WebhookList(msgspec.Struct):
    data: list[WebhookView]


class DeliveryPage(msgspec.Struct):
    data: list[DeliveryView]
    next_cursor: UUID | None


class WebhookController(Controller):
    path = PATH
    tags = ("integrations",)
    guards = (requires_admin,)

    @get(operation_id="listWebhooks", summary="List webhooks", sync_to_thread=True)
    def list(self, services: NamedDependency[Services]) -> WebhookList:
        """Webhooks, newest first, also disabled ones. Secrets are not returned."""
        with services.db.snapshot() as connection:
            return WebhookList(endpoints.list_webhooks(connection))

    @post(
        operation_id="createWebhook",
        summary="Create a webhook",
        status_code=HTTPStatus.CREATED,
        sync_to_thread=True,
        response_headers=(LOCATION,),
        opt={"errors": (TooManyWebhooks,)},
    )
    def create(
        self, data: JSONBody[WebhookBody], request: SignedRequest, services: NamedDependency[Services]
    ) -> Response[WebhookWithSecret]:
        """All events after this response are sent to the address, signed by the Standard Webhooks scheme with the secret in the response.
        `Idempotency-Key` is not supported here, because the response with the secret would have to be stored.
        """
        _require_usable(data.url, services)
        try:
            with services.db.transaction() as connection:
                secret, made = endpoints.create(connection, data.url, data.events, data.description)
                audit_log.record(connection, request.user.user_id, "webhook.created", made.id, after=_told(made))
        except LockNotAvailable as error:
            raise _busy() from error
        return Response(WebhookWithSecret(secret, made), headers={"location": f"{PATH}/{made.id}"})

    @get(
        "/{webhook_id:uuid}",
        operation_id="getWebhook",
        summary="Get a webhook",
        sync_to_thread=True,
        opt={"errors": (WebhookNotFound,)},
    )
    def read(self, webhook_id: FromPath[UUID], services: NamedDependency[Services]) -> WebhookView:
        """A webhook, and whether its calls succeed: `failing_since`, `disabled_reason`, and the number of `waiting` deliveries."""
        with services.db.snapshot() as connection:
            return endpoints.get_webhook(connection, webhook_id)

    @patch(
        "/{webhook_id:uuid}",
        operation_id="changeWebhook",
        summary="Change, disable or enable a webhook",
        sync_to_thread=True,
        opt={"errors": (WebhookNotFound,)},
    )
    def change(
        self,
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookChange],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> WebhookView:
        """While a webhook is disabled, nothing is sent, and no new deliveries are stored. Deliveries that waited are sent when it is
        enabled again.
        """
        if all(each is UNSET for each in (data.url, data.events, data.description, data.enabled)):
            raise Invalid.field("", "missing", "Nothing would change. Send at least one of url, events, description and enabled.")
        if data.url is not UNSET:
            _require_usable(data.url, services)
        try:
            with services.db.transaction() as connection:
                before = endpoints.get_webhook(connection, webhook_id)
                after = endpoints.change(
                    connection,
                    webhook_id,
                    url=before.url if data.url is UNSET else data.url,
                    events=before.events if data.events is UNSET else data.events,
                    description=before.description if data.description is UNSET else data.description,
                    enabled=before.enabled if data.enabled is UNSET else data.enabled,
                )
                if _told(before) != _told(after):
                    _record(connection, request, "changed", before, after)
        except LockNotAvailable as error:
            raise _busy() from error
        return after

    @delete(
        "/{webhook_id:uuid}",
        operation_id="deleteWebhook",
        summary="Delete a webhook",
        status_code=HTTPStatus.NO_CONTENT,
        sync_to_thread=True,
        opt={"errors": (WebhookNotFound,)},
    )
    def delete(self, webhook_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]) -> None:
        """Its waiting deliveries are never sent."""
        try:
            with services.db.transaction() as connection:
                gone = endpoints.delete(connection, webhook_id)
                audit_log.record(connection, request.user.user_id, "webhook.deleted", webhook_id, before=_told(gone))
        except LockNotAvailable as error:
            raise _busy() from error

    @post(
        "/{webhook_id:uuid}/rotate-secret",
        operation_id="rotateWebhookSecret",
        summary="Rotate the secret of a webhook",
        status_code=HTTPStatus.OK,
        sync_to_thread=True,
        opt={"errors": (WebhookNotFound,)},
    )
    def rotate(
        self, webhook_id: FromPath[UUID], request: SignedRequest, services: NamedDependency[Services]
    ) -> WebhookWithSecret:
        """For 24 hours each call has two signatures, with the new and with the old secret."""
        with services.db.transaction() as connection:
            secret, view = endpoints.rotate_secret(connection, webhook_id)
            audit_log.record(connection, request.user.user_id, "webhook.secret_rotated", webhook_id)
        return WebhookWithSecret(secret, view)

    @post(
        "/{webhook_id:uuid}/ping",
        operation_id="pingWebhook",
        summary="Send a test event to a webhook",
        status_code=HTTPStatus.ACCEPTED,
        sync_to_thread=True,
        response_headers=(LOCATION,),
        opt={"errors": (WebhookNotFound,)},
    )
    def ping(self, webhook_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[DeliveryView]:
        """Sends the event `webhook.ping`. The list of deliveries has its result."""
        with services.db.transaction() as connection:
            return _sent(webhook_id, deliveries.ping(connection, webhook_id, now()))

    @get(
        "/{webhook_id:uuid}/deliveries",
        operation_id="listWebhookDeliveries",
        summary="List the deliveries of a webhook",
        sync_to_thread=True,
        opt={"errors": (WebhookNotFound,)},
    )
    def deliveries(
        self,
        webhook_id: FromPath[UUID],
        services: NamedDependency[Services],
        status: FromQuery[DeliveryStatus | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
        cursor: FromQuery[UUID | None] = None,
    ) -> DeliveryPage:
        """Deliveries, newest first. They are stored for 30 days after their end. `next_cursor` is the `cursor` of the next page."""
        with services.db.snapshot() as connection:
            page, following = deliveries.list_deliveries(connection, webhook_id, status=status, before=cursor, limit=limit)
        return DeliveryPage(page, following)

    @post(
        "/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay",
        operation_id="replayWebhookDelivery",
        summary="Replay a delivery",
        status_code=HTTPStatus.ACCEPTED,
        sync_to_thread=True,
        response_headers=(LOCATION,),
        opt={"errors": (DeliveryNotFound,)},
    )
    def replay(
        self,
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
        request: SignedRequest,
        services: NamedDependency[Services],
    ) -> Response[DeliveryView]:
        """Sends the event again with the same `webhook-id`, so that a receiver can ignore it if it was received before."""
        with services.db.transaction() as connection:
            again = deliveries.replay(connection, webhook_id, delivery_id)
            audit_log.record(connection, request.user.user_id, "webhook.replayed", webhook_id, after={"delivery": again.id})
        return _sent(webhook_id, again)


def _sent(webhook_id: UUID, delivery: DeliveryView) -> Response[DeliveryView]:
    return Response(delivery, headers={"location": f"{PATH}/{webhook_id}/deliveries"})


def _require_usable(url: str, services: Services) -> None:
    """Raise `Invalid` for an address that nothing will ever be sent to. A host name is only resolved and checked before each call."""
    if not _URL.fullmatch(url):
        raise Invalid.field(
            "/url",
            "bad_format",
            "An address has no blanks, and no letters but those of ASCII: write a name such as bücher.example as xn--bcher-kva.example.",
        )
    is_lenient = services.settings.webhooks.webhook_private_addresses == "on"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid.field(
            "/url", "bad_format", "Write an address such as https://example.com/hooks, without a password or a #."
        )
    if parts.scheme != "https" and not (is_lenient and parts.scheme == "http"):
        raise Invalid.field("/url", "bad_format", "The address has to begin with https://.")
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return  # a host name
    if not is_lenient and not is_public(host):
        raise Invalid.field(
            "/url", "not_public", "This address is not public. Nothing is sent to private, local or reserved addresses."
        )


def _told(view: WebhookView) -> dict[str, object]:
    return {"url": view.url, "events": view.events, "description": view.description, "enabled": view.enabled}


def _record(connection: RawConnection, request: SignedRequest, what: str, before: WebhookView, after: WebhookView) -> None:
    audit_log.record(connection, request.user.user_id, f"webhook.{what}", after.id, before=_told(before), after=_told(after))


def _busy() -> Unavailable:
    return Unavailable("Something is written that takes long, such as a backup. Nothing was changed; try again.", retry_after=5)
