"""Error messages of the decoder, converted to those of the API."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from api.http.validation_messages import field_error


class Passenger(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=2, max_length=4, pattern="^[a-z]+$")]


class Sample(msgspec.Struct, forbid_unknown_fields=True):
    seats: Annotated[int, Meta(ge=1, le=9)] = 1
    passengers: Annotated[list[Passenger], Meta(max_length=2)] = []
    sort: Literal["price", "fastest"] = "price"
    flight_id: UUID | None = None
    departure_ts: datetime | None = None
    price: Decimal | None = None
    notes: dict[str, str] = {}


def explained(body: Any) -> tuple[str, str]:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(body), type=Sample)
    entry = field_error(str(caught.value))
    assert "`" not in entry["message"]
    return entry["pointer"], entry["code"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"seats": 0}, "/seats", "too_small"),
        ({"seats": 10}, "/seats", "too_large"),
        ({"seats": 10**30}, "/seats", "too_large"),
        ({"seats": "1"}, "/seats", "wrong_type"),
        ({"seats": True}, "/seats", "wrong_type"),
        ({"passengers": [{"name": "anna"}, {"name": "a"}]}, "/passengers/1/name", "too_short"),
        ({"passengers": [{"name": "annabel"}]}, "/passengers/0/name", "too_long"),
        ({"passengers": [{"name": "ANN"}]}, "/passengers/0/name", "bad_format"),
        ({"passengers": [{}]}, "/passengers/0/name", "missing"),
        ({"passengers": [{"name": "anna", "age": 3}]}, "/passengers/0/age", "unknown_field"),
        ({"passengers": [{"name": "anna"}] * 3}, "/passengers", "too_long"),
        ({"sort": "cheap"}, "/sort", "unknown_value"),
        ({"flight_id": "x"}, "/flight_id", "bad_format"),
        ({"departure_ts": "tomorrow"}, "/departure_ts", "bad_format"),
        ({"price": "much"}, "/price", "bad_format"),
        ({"notes": {"a": 1}}, "/notes", "wrong_type"),
        ([], "", "wrong_type"),
    ],
)
def test_every_mistake_has_a_pointer_and_a_code(body: Any, pointer: str, code: str) -> None:
    assert explained(body) == (pointer, code)


def test_an_unknown_sentence_of_the_decoder_is_passed_on_without_backquotes() -> None:
    assert field_error("Something `odd` - at `$.x`") == {"pointer": "/x", "code": "invalid", "message": "Something odd"}
