"""The OpenAPI document for integrators: it is complete, and its examples are valid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import re2
from jsonschema_rs import validator_for

from api.app import create_app
from api.contract.document import ANY_ADDRESS, BINARY, operations_of
from api.contract.headers import COMPONENTS
from api.contract.patterns import portable
from core.bookings.states import BookingAction, FailureCode
from core.imports.models import ImportFailureCode
from core.settings import Settings
from core.text.patterns import END, VISIBLE

CODES = re.compile(r"^\| `(\w+)` \| \d{3} \|", re.MULTILINE)
REGISTRY_PAGE = Path(__file__).parents[2] / "docs" / "errors.md"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(create_app(Settings()).openapi_schema.to_schema()))
    return written


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {operation["operationId"]: operation for _, operation in operations_of(document)}


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What an operation takes and gives: where, the media type, and what is said of it."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", media_type, content
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, content


def test_every_operation_says_what_it_does(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for name, operation in operations.items():
        assert operation.get("summary"), name
        assert operation.get("description"), f"{name}: its handler needs a docstring"
        assert set(operation["tags"]) <= set(tags), f"{name}: describe its tag in api/contract/tags.py"
    assert set(tags) == {tag for operation in operations.values() for tag in operation["tags"]}
    assert all(tags.values())


def test_every_request_and_every_answer_has_an_example(operations: dict[str, dict[str, Any]]) -> None:
    without = [
        f"{name} {where}"
        for name, operation in operations.items()
        for where, media_type, media_content in contents(operation)
        if not media_content.get("examples") and media_type not in BINARY
    ]
    assert without == [], "add it in api/contract/examples"


def test_the_examples_are_what_the_document_says(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    faults = []
    for name, operation in operations.items():
        for where, _, media_content in contents(operation):
            # The references of a schema point into the document.
            checker = validator_for({**media_content["schema"], "components": document["components"]}, validate_formats=True)
            for title, example in media_content.get("examples", {}).items():
                faults += [f"{name} {where} {title}: {fault.message}" for fault in checker.iter_errors(example["value"])]
    assert faults == []


def test_every_answer_names_its_headers(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            media_content = response["headers"]
            assert "X-Request-Id" in media_content, name
            assert set(media_content) <= set(COMPONENTS), f"{name}: describe it in api/contract/headers.py"
            assert ("WWW-Authenticate" in media_content) == (status == "401"), name
            if status in ("429", "503"):
                assert "Retry-After" in media_content, name
            if status in ("201", "202"):
                assert "Location" in media_content or name == "register", name


def test_public_operations_ask_for_no_token(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    assert document["security"] == [{"bearer": []}]
    public = {name for name, operation in operations.items() if operation.get("security") == []}
    assert {"searchFlights", "findItineraries", "getCalendar", "listAirports", "register", "signIn", "getLiveness"} <= public
    for name, operation in operations.items():
        assert operation.get("security", "bearer") in ([], "bearer"), name
        if operation["tags"] != ["accounts"]:  # where a refresh cookie may prove nothing
            assert ("401" in operation["responses"]) == (name not in public or name == "receivePaymentEvent"), name


def test_the_codes_are_those_of_the_registry(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["ProblemBody"]["properties"]["code"] == {"$ref": "#/components/schemas/ErrorCode"}
    assert schemas["ErrorCode"]["enum"] == sorted(CODES.findall(REGISTRY_PAGE.read_text()))


def test_what_no_operation_names_is_said_of_every_address(document: dict[str, Any]) -> None:
    for code in ("method_not_allowed", "too_slow", "headers_too_large", "wrong_host"):
        assert code in ANY_ADDRESS
        assert code in document["info"]["description"]


def test_codes_of_failures_and_actions_are_listed(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["FailureCode"]["enum"] == list(FailureCode)
    assert schemas["BookingAction"]["enum"] == list(BookingAction)
    assert set(schemas["JobFailure"]["properties"]["code"]["enum"]) == {*FailureCode, *ImportFailureCode}
    assert schemas["BookingView"]["properties"]["available_actions"]["items"] == {"$ref": "#/components/schemas/BookingAction"}


def test_statuses_that_depend_on_what_was_there_before(operations: dict[str, dict[str, Any]]) -> None:
    assert {"200", "201"} <= set(operations["joinWaitlist"]["responses"])
    for name in ("getJob", "getJobViaBookingStatus"):
        assert "content" not in operations[name]["responses"]["304"]
        assert "ETag" in operations[name]["responses"]["304"]["headers"]


def test_the_document_describes_the_signature_of_callbacks(operations: dict[str, dict[str, Any]]) -> None:
    callback = operations["receivePaymentEvent"]
    assert {each["name"] for each in callback["parameters"]} == {"X-Payment-Timestamp", "X-Payment-Signature"}
    assert callback["requestBody"]["required"]


def test_every_pattern_is_read_by_re2(document: dict[str, Any]) -> None:
    patterns = {each["pattern"] for each in _objects_in(document) if isinstance(each.get("pattern"), str)}
    assert len(patterns) > 5
    for pattern in patterns:
        re2.compile(pattern)
    with pytest.raises(re2.error):  # as they are written for Python
        re2.compile(VISIBLE)


@pytest.mark.parametrize("text", ["Asha Rao", "山田 花子", "O'Brien", "a\x00b", "a\u200bb", "a\u202eb", "", "line\nbreak"])
def test_a_portable_pattern_means_the_same(text: str) -> None:
    assert bool(re2.search(portable(VISIBLE), text)) == bool(re.search(VISIBLE, text))


def test_a_portable_pattern_has_no_look_ahead() -> None:
    assert portable(rf"^[a-z]+{END}") == "^[a-z]+$"


def test_no_parameter_may_be_null(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for parameter in operation.get("parameters", ()):
            assert '"null"' not in json.dumps(parameter["schema"]), f"{name} {parameter['name']}"


def _objects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects_in(value)
