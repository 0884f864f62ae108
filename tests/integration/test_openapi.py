"""The OpenAPI document: complete, served without a build of the app, and correct for the running application."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from api.app import create_app
from core.settings import Settings
from tests.support.api import RunningApi

AS_DOCUMENTED = [not_a_server_error, content_type_conformance, status_code_conformance]


@pytest.fixture
def document(client: httpx.Client) -> dict[str, Any]:
    response = client.get("/schema/openapi.json")
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation for path, item in document["paths"].items() for method, operation in item.items()
    }


def test_the_document_page_sends_no_request_to_another_host(client: httpx.Client) -> None:
    page = client.get("/schema")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"""(?:src|href|url)=["']?(?:https?:)?//""", page.text), "examples in the document may name other hosts"


def test_no_word_of_it_is_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each release of Python has other names for some statuses, and the app's client is made from this document."""
    for status in HTTPStatus:
        monkeypatch.setattr(status, "phrase", "words of Python")
        monkeypatch.setattr(status, "description", "words of Python")
    written = json.dumps(create_app(Settings()).openapi_schema.to_schema())
    assert "422" in written
    assert "words of Python" not in written


def test_it_does_not_depend_on_how_a_python_keeps_docstrings(document: dict[str, Any]) -> None:
    """Since 3.13 they come without their indentation."""
    described = list(descriptions(document))
    assert len(described) > 500
    assert [each for each in described if "\n    " in each] == []


def descriptions(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("description"), str):
            yield part["description"]
        for each in part.values():
            yield from descriptions(each)
    elif isinstance(part, list):
        for each in part:
            yield from descriptions(each)


def test_it_does_not_depend_on_the_order_of_a_set(document: dict[str, Any]) -> None:
    """Litestar keeps the paths of an operation in one, whose order is another in every process."""
    assert list(document["paths"]) == sorted(document["paths"])


def test_every_operation_has_a_name_a_summary_and_its_errors(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(ids) == len(set(ids))
    for name, operation in operations(document).items():
        assert operation.get("summary"), name
        assert operation.get("tags"), name
        errors = {status: response for status, response in operation["responses"].items() if status >= "400"}
        assert {"400", "503"} <= set(errors), name
        for status, response in errors.items():
            assert list(response["content"]) == ["application/problem+json"], f"{name} {status}"


def test_private_operations_require_a_token_and_public_ones_do_not(document: dict[str, Any]) -> None:
    everything = operations(document)
    assert "401" in everything["GET /api/v1/auth/me"]["responses"]
    assert "security" not in everything["GET /api/v1/auth/me"]
    assert document["security"] == [{"bearer": []}]
    assert everything["POST /api/v1/auth/token"]["security"] == []
    for name, operation in everything.items():
        if " /admin" in name:
            assert "403" in operation["responses"], name


@pytest.mark.parametrize("cases", [2, pytest.param(5, marks=pytest.mark.variant)])
def test_nothing_made_from_the_document_breaks_the_server(
    api: RunningApi, admin: httpx.Client, subtests: pytest.Subtests, cases: int
) -> None:
    schema = schemathesis.openapi.from_url(f"{api.base_url}/schema/openapi.json")
    headers = {"Authorization": admin.headers["authorization"]}

    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # an invalid document ends the test

        @settings(
            max_examples=cases,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def answers_as_documented(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=AS_DOCUMENTED, timeout=30)

        with subtests.test(operation.label):
            answers_as_documented()
