"""The names of HTTP statuses in the OpenAPI document.

The names in `http.HTTPStatus` differ between releases of Python: 3.13 has "Content Too Large".
"""

from __future__ import annotations

from typing import Final

SUCCESSES: Final = {
    200: "Request fulfilled, document follows",
    201: "Document created, URL follows",
    202: "Request accepted, processing continues off-line",
    204: "Done. The response has no body.",
}

ERRORS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
