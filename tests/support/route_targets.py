"""Every operation of the application as a target of requests, and what is wrong with a response to bad input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, ParameterKwarg
from litestar.routes import HTTPRoute


@dataclass(frozen=True)
class Target:
    """One operation, and an address that reaches it."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def media_type(self) -> str | None:
        data = self.handler.parsed_data_field
        return (
            str(getattr(data.kwarg_definition.media_type, "value", ""))
            if data and isinstance(data.kwarg_definition, BodyKwarg)
            else None
        )

    @property
    def fields(self) -> list[str]:
        data = self.handler.parsed_data_field
        wanted = data.annotation if data else None
        return (
            [field.encode_name for field in msgspec.structs.fields(wanted)]
            if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)
            else []
        )

    def parameters(self, kind: str) -> list[str]:
        found = []
        for name, field in self.handler.parsed_fn_signature.parameters.items():
            parameter = field.kwarg_definition
            if isinstance(parameter, ParameterKwarg) and parameter.param_type.value == kind:
                found.append(parameter.name or name)
        return found


def targets(app: Litestar, fill: bytes | None = None) -> Iterator[Target]:
    """Every operation; `fill` (raw) stands in for the parameters of the path, else something that fits their type."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        parts = []
        for component in route.path_components:
            if isinstance(component, str):
                parts.append(component)
            elif fill is not None:
                parts.append(fill.decode("latin-1"))
            else:
                parts.append({"UUID": str(uuid4()), "int": "1"}.get(component.type.__name__, "x"))
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods):
                yield Target(str(method), "/" + "/".join(parts), handler)


def send(client: httpx.Client, target: Target, **request: object) -> httpx.Response:
    """The answer without its body when it is a stream that would not end."""
    raw = target.path.encode("latin-1")
    built = client.build_request(target.method, "/", **request)  # type: ignore[arg-type]
    query = built.url.query
    built.extensions = {**built.extensions, "target": raw + (b"?" + query if query else b"")}
    response = client.send(built, stream=True)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        response.read()
    response.close()
    return response


def complaints(response: httpx.Response, target: Target, what: str) -> list[str]:
    """What is wrong with an answer to bad input: it must not be our fault, and an error must be a problem with a code."""
    where = f"{target.method} {target.path[:80]} <- {what}: {response.status_code}"
    if response.status_code >= 500:
        return [f"{where} {response.text[:200] if response.is_closed else ''}"]
    found = []
    if "x-request-id" not in response.headers:
        found.append(f"{where} without X-Request-Id")
    ours = target.method != "HEAD" and target.handler.resolve_include_in_schema()
    if response.status_code >= 400 and ours and "code" not in problem_in(response):
        found.append(f"{where} is no problem+json")
    return found


def problem_in(response: httpx.Response) -> dict[str, object]:
    is_problem = response.headers.get("content-type") == "application/problem+json"
    return dict(response.json()) if is_problem else {}
