"""A server with the part of the S3 API that a probe of a bucket needs. It refuses requests when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class BucketServer:
    """`url`: of a bucket on it, as in `SKYQUEUE_STORAGE_URL`."""

    def __init__(self) -> None:
        self.refuses = False
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = (403, DENIED) if ours.refuses else (200, self.well())
                self.send_response(status)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", '"1"')
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def well(self) -> bytes:
                if self.command != "POST":
                    return b""
                return BEGUN if self.path.endswith("?uploads") else COMPLETED

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = respond  # noqa: N815  # the names that the server calls

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"s3://key:secret@bucket/uploads?region=x&scheme=http&endpoint_override=127.0.0.1:{self.server.server_port}"


DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
BEGUN = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
COMPLETED = b"<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    bucket = BucketServer()
    thread = threading.Thread(target=bucket.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        bucket.server.shutdown()
        bucket.server.server_close()
        thread.join()
