"""What the payment provider sends us, for the OpenAPI document: the handler reads the body itself, because its bytes are signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from litestar.openapi.spec import Example, OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, Parameter, RequestBody, Schema

from api.contract.examples.bookings import EVENTS


def _text(description: str) -> Schema:
    return Schema(type=OpenAPIType.STRING, min_length=1, max_length=200, description=description)


_EVENT: Final = Schema(
    title="PaymentEvent",
    type=OpenAPIType.OBJECT,
    required=["id", "type", "charge_id"],
    properties={
        "id": _text("Of the event. One that comes again is answered with 200, and has no second effect."),
        "type": _text("`charge.captured` or `charge.declined`. Others are answered with 200, and mean nothing here."),
        "charge_id": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID, description="The id of our payment."),
        "decline_code": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL], max_length=200),
        "amount": Schema(type=[OpenAPIType.STRING, OpenAPIType.NUMBER, OpenAPIType.NULL], description="What was captured."),
        "currency": Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL], max_length=200),
    },
)


@dataclass
class PaymentCallback(Operation):
    """The two headers and the body of a callback."""

    def __post_init__(self) -> None:
        self.parameters = [
            Parameter(
                name="X-Payment-Timestamp",
                param_in="header",
                required=True,
                schema=Schema(type=OpenAPIType.STRING, pattern="^[0-9]{1,12}$"),
                description="When it was signed, in Unix seconds. A time more than five minutes away from now is refused.",
            ),
            Parameter(
                name="X-Payment-Signature",
                param_in="header",
                required=True,
                schema=Schema(type=OpenAPIType.STRING, pattern="^[0-9a-f]{64}$"),
                description="HMAC-SHA256 with the shared secret over the timestamp, a dot, and the raw bytes of the body; in hexadecimal.",
            ),
        ]
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": OpenAPIMediaType(
                    schema=_EVENT, examples={name: Example(value=event) for name, event in EVENTS.items()}
                )
            },
        )
