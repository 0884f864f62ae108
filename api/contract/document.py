"""Complete the OpenAPI document. Litestar generates it from the handlers; this module adds what the signatures do not contain.

It adds examples of whole requests and responses, the headers of responses, the error codes, patterns that every engine accepts, and
`security: []` for operations without a token, so that generated clients need none for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from api.contract import headers
from api.contract.examples import accounts, bookings, fares, flights, integrations, operations, parameters, staff
from api.contract.patterns import portable
from core.bookings.states import FailureCode
from core.imports.models import ImportFailureCode

Json = dict[str, Any]

METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
REQUESTS: Final = (
    accounts.REQUESTS
    | flights.REQUESTS
    | bookings.REQUESTS
    | fares.REQUESTS
    | operations.REQUESTS
    | integrations.REQUESTS
    | staff.REQUESTS
)
RESPONSES: Final = (
    accounts.RESPONSES
    | flights.RESPONSES
    | bookings.RESPONSES
    | fares.RESPONSES
    | operations.RESPONSES
    | integrations.RESPONSES
    | staff.RESPONSES
)
OF_OPERATION: Final = bookings.OF_OPERATION | fares.OF_OPERATION | operations.OF_OPERATION
CODES: Final = "ErrorCode"
ANY_ADDRESS: Final = frozenset(
    {
        "conflict",
        "headers_too_large",
        "internal",
        "method_not_allowed",
        "not_found",
        "range_not_satisfiable",
        "too_slow",
        "wrong_host",
    }
)
"""Codes that no operation names, because they are raised before its handler, or can happen anywhere."""
BINARY: Final = frozenset({"application/pdf"})
"""Media types of responses that are not text, and have no examples."""
_PROBLEMS: Final = "application/problem+json"


def finish(document: Json) -> Json:
    """The whole document."""
    schemas = document["components"]["schemas"]
    for path, operation in operations_of(document):
        _finish_parameters(operation)
        _finish_request(operation)
        _finish_responses(operation, path)
        if operation.get("security") == [{}]:
            operation["security"] = []
    for schema in _schemas_in(document):
        _finish_schema(schema)
    schemas[CODES] = {
        "type": "string",
        "enum": sorted(ANY_ADDRESS.union(_codes_in(document))),
        "description": "Which error it is. Others may come with a later version: treat one that you do not know by its `status`.",
    }
    schemas["ProblemBody"]["additionalProperties"] = True  # some codes have members of their own
    schemas["ProblemBody"]["properties"]["code"] = {"$ref": f"#/components/schemas/{CODES}"}
    schemas["JobFailure"]["properties"]["code"]["enum"] = sorted({*FailureCode, *ImportFailureCode})
    components = {**document["components"], "headers": headers.COMPONENTS, "schemas": dict(sorted(schemas.items()))}
    return {**document, "paths": dict(sorted(document["paths"].items())), "components": components}


def operations_of(document: Json) -> Iterator[tuple[str, Json]]:
    """Each operation with its path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, operation


def _codes_in(document: Json) -> Iterator[str]:
    """The error classes that operations name."""
    for _, operation in operations_of(document):
        for response in operation["responses"].values():
            yield from response.get("content", {}).get(_PROBLEMS, {}).get("examples", ())


def _finish_parameters(operation: Json) -> None:
    """Remove null from optional parameters, because a query or a header cannot contain null; the parameter is left out instead."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        variants = [variant for variant in schema.pop("oneOf", ()) if variant != {"type": "null"}]
        if len(variants) == 1:
            parameter["schema"] = {**schema, **variants[0]} if "$ref" not in variants[0] else variants[0]
        elif variants:
            schema["oneOf"] = variants
        if parameter["name"] in parameters.EXAMPLES:
            parameter["example"] = parameters.EXAMPLES[parameter["name"]]


def _finish_request(operation: Json) -> None:
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        named = REQUESTS.get(_name_of(content["schema"]), {})
        if media_type == "text/csv":
            named = {"one_flight": operations.CSV}
        elif media_type == "multipart/form-data":
            named = {"one_flight": {"file": operations.CSV}}
        if named:
            content["examples"] = {name: {"value": value} for name, value in named.items()}


def _finish_responses(operation: Json, path: str) -> None:
    own: Json = {}
    taken = {parameter["name"] for parameter in operation.get("parameters", ())}
    good = [status for status in operation["responses"] if status < "400"]
    for status in good:
        own |= operation["responses"][status].pop("headers", {})
    operation["responses"].get("204", {}).pop("content", None)  # Litestar describes a body for `Response[None]`, which has none
    for status, response in operation["responses"].items():
        names = list(headers.EVERYWHERE)
        if status in good:
            names += [*own, *(name for parameter, name in headers.BY_PARAMETER.items() if parameter in taken)]
        if status in headers.BY_STATUS:
            names.append(headers.BY_STATUS[status])
        if "429" in operation["responses"]:
            names += headers.WHEN_LIMITED
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        for media_type, content in response.get("content", {}).items():
            if media_type == _PROBLEMS:
                content["examples"] = {
                    example["summary"]: {"value": {**example["value"], "instance": path}}
                    for example in content["examples"].values()
                }
            elif media_type in BINARY:
                content["schema"] = {"type": "string", "format": "binary"}
            elif examples := _answers(operation["operationId"], status, content):
                content["examples"] = examples


def _answers(operation_id: str, status: str, content: Json) -> Json:
    name = operation_id.partition("Via")[0]
    if (name, status) in OF_OPERATION:
        return {"answer": {"value": OF_OPERATION[name, status]}}
    schema = content.get("schema", {})
    if schema.get("type") == "array":
        one = RESPONSES.get(_name_of(schema["items"]))
        return {} if one is None else {"answer": {"value": [one]}}
    shapes = [_name_of(variant) for variant in schema.get("oneOf", [schema])]
    return {shape: {"value": RESPONSES[shape]} for shape in shapes if shape in RESPONSES}


def _name_of(schema: Json) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _schemas_in(node: Any) -> Iterator[Json]:
    """Every object of the document that may be a schema. Examples are data, and are left out."""
    if isinstance(node, dict):
        yield node
        for name, value in node.items():
            if name not in ("example", "examples"):
                yield from _schemas_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _schemas_in(value)


def _finish_schema(schema: Json) -> None:
    if isinstance(schema.get("pattern"), str):
        schema["pattern"] = portable(schema["pattern"])
    variants = schema.get("oneOf")
    if not isinstance(variants, list):
        return
    if {"type": "number"} in variants:  # every integer is also a number
        variants = [variant for variant in variants if variant != {"type": "integer"}]
    if len(variants) == 1:
        del schema["oneOf"]
        schema |= variants[0]
    else:
        schema["oneOf"] = variants
