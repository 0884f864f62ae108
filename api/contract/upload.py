"""What an upload of flights takes, for the OpenAPI document: the handler reads the body from the stream itself."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from api.imports import uploads


@dataclass
class UploadOperation(Operation):
    """A form with one file, or the file itself."""

    def __post_init__(self) -> None:
        binary = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        form = Schema(type=OpenAPIType.OBJECT, properties={uploads.FIELD: binary}, required=[uploads.FIELD])
        self.request_body = RequestBody(
            required=True,
            content={uploads.MULTIPART: OpenAPIMediaType(schema=form), "text/csv": OpenAPIMediaType(schema=binary)},
        )
