"""The endpoints of imports of flights from CSV files: upload a file, follow its import, download its failed rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from api.contract.headers import ATTACHMENT, CACHE_CONTROL, LOCATION, RETRY_AFTER
from api.contract.upload import UploadOperation
from api.http.authentication import limited, requires_admin
from api.http.bodies import TooLarge, UnsupportedMediaType
from api.http.idempotency import Done, IdempotencyKey, answer_once, keyed
from api.http.polling import retry_after_header
from api.http.understanding import READS_BODY_ITSELF
from api.imports import uploads
from api.imports.uploads import storage_away
from api.services import Services, SignedRequest
from core.clock import new_id, now
from core.db import RawConnection
from core.errors import Invalid, Malformed, Unavailable
from core.events import job_events
from core.idempotency.stored_responses import IdempotencyKeyReused, KeyedRequest
from core.imports import changes, queries, service
from core.imports.changes import FlightChange
from core.imports.csv import files as csv_files
from core.imports.csv.encoding import Encoding, WrongEncoding
from core.imports.csv.header import BadHeader, Layout, read_layout
from core.imports.csv.recognition.formats import NotText
from core.imports.models import ImportMatch, ImportMode, ImportStatus, ImportTimes
from core.imports.queries import ImportNotFound, ImportSummary, ImportView
from core.imports.service import Accepted, ImportOver
from core.imports.storage.files import Storage, StoredFile, Upload
from core.messaging.messages import ImportFile
from core.ratelimit.limits import Scope

CSV = "text/csv"  # a response adds the charset


class ImportAccepted(msgspec.Struct):
    """The file is stored, and its rows will be processed. `status` is `PENDING`, unless the same file is being imported already."""

    job_id: UUID
    status: ImportStatus
    status_url: str


class ImportPage(msgspec.Struct):
    data: list[ImportSummary]
    next_cursor: UUID | None


class ChangePage(msgspec.Struct):
    data: list[FlightChange]
    next_cursor: int | None


class ImportController(Controller):
    path = "/admin"
    tags = ("imports",)
    guards = (requires_admin,)

    @post(
        "/flights/bulk-upload",
        operation_id="uploadFlights",
        summary="Import a CSV file of flights",
        response_headers=(LOCATION, RETRY_AFTER),
        status_code=HTTPStatus.ACCEPTED,
        guards=(limited(Scope.UPLOAD_USER),),
        request_max_body_size=None,
        operation_class=UploadOperation,
        opt={
            READS_BODY_ITSELF: True,
            "errors": (
                BadHeader,
                NotText,
                WrongEncoding,
                TooLarge,
                UnsupportedMediaType,
                Malformed,
                IdempotencyKeyReused,
                Unavailable,
            ),
        },
    )
    async def upload(
        self,
        request: SignedRequest,
        services: NamedDependency[Services],
        mode: FromQuery[ImportMode] = ImportMode.UPSERT,
        dry_run: FromQuery[bool] = False,
        times: FromQuery[ImportTimes] = ImportTimes.ZONED,
        encoding: FromQuery[Encoding] = Encoding.UTF_8,
        match: FromQuery[ImportMatch] = ImportMatch.TIME,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[ImportAccepted]:
        """The header is checked at once, the rows by a job. UTF-8; delimiter `,`, `;`, `|` or tab; columns in any order.
        Flights are identified by number and departure. With `match=day` a row whose flight does not exist moves the flight of the same number, route
        and day, with its bookings, to the times of the row. `mode=upsert` changes flights that exist and skips those that are the same; `mode=create`
        refuses them. `dry_run` checks the rows, lists what would change and how many bookings are affected, and changes no flight. A time without a
        zone is a fault; with `times=utc` it is in UTC, with `times=local` it is the local time at the row's source (departure) or destination
        (arrival). `encoding`: of the file. The same file, sent again during its import, is the same job.
        """
        if match is ImportMatch.DAY and mode is ImportMode.CREATE:
            raise Invalid.field("?match", "one_of", "match=day moves flights, and mode=create changes none. Send one of them.")
        settings = services.settings
        import_id = new_id()
        upload_file = await asyncio.to_thread(_receive, services.storage, import_id)
        is_stored = False
        try:
            body_file = await uploads.receive(
                request, upload_file, limit=settings.http.max_upload_mb * 1024**2, encoding=encoding
            )
            layout = read_layout(body_file.head)
            stored = await asyncio.to_thread(_store_file, upload_file)
            keyed_request = keyed(request, idempotency_key, stored.content_hash, mode, dry_run, times, encoding, match)
            options = {
                "user_id": request.user.user_id,
                "file_name": body_file.file_name,
                "mode": mode,
                "dry_run": dry_run,
                "times": times,
                "match": match,
            }
            response, is_stored = await asyncio.to_thread(_accept, services, import_id, stored, layout, keyed_request, **options)
            return response
        finally:
            if not is_stored:
                await asyncio.to_thread(upload_file.discard)

    @get(
        "/flights/bulk-upload/status/{job_id:uuid}",
        operation_id="getImport",
        summary="Get an import",
        response_headers=(CACHE_CONTROL, RETRY_AFTER),
        sync_to_thread=True,
        opt={"errors": (ImportNotFound,)},
    )
    def status(self, job_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[ImportView]:
        """Rows with errors do not fail the job. It is `FAILED` only if the file itself cannot be processed."""
        with services.db.snapshot() as connection:
            view = queries.get_import(connection, job_id)
        done = view.finished_at is not None
        return Response(
            view,
            headers={"cache-control": "no-store"}
            | ({} if done else {"retry-after": retry_after_header(_seconds_until_done(view))}),
        )

    @get(
        "/flights/bulk-upload/{job_id:uuid}/failed.csv",
        operation_id="downloadFailedRows",
        summary="Download the failed rows of an import",
        response_headers=ATTACHMENT,
        media_type=CSV,
        sync_to_thread=True,
        opt={"errors": (ImportNotFound,)},
    )
    def failed(self, job_id: FromPath[UUID], services: NamedDependency[Services]) -> Stream:
        """The columns of the file, then `_line`, `_code` and `_error`, which an import ignores."""
        with services.db.snapshot() as connection:
            columns = queries.get_columns(connection, job_id)
            failed = queries.get_import(connection, job_id).failed

        def pieces() -> Iterator[bytes]:
            return csv_files.failed_rows(services.db.snapshot, job_id, columns, failed=failed)

        return Stream(pieces(), media_type=CSV, headers=_attachment(f"failed-{job_id}.csv"))

    @get(
        "/flights/bulk-upload/template.csv",
        operation_id="downloadTemplate",
        summary="Download a template of an import file",
        response_headers=ATTACHMENT,
        media_type=CSV,
        sync_to_thread=False,
    )
    def template(self) -> Response[bytes]:
        """A CSV file with all columns and one example flight."""
        return Response(csv_files.template(), media_type=CSV, headers=_attachment("flights.csv"))

    @get(
        "/flights/bulk-upload/{job_id:uuid}/changes",
        operation_id="listImportChanges",
        summary="List the changes of an import",
        sync_to_thread=True,
        opt={"errors": (ImportNotFound,)},
    )
    def changes(
        self,
        job_id: FromPath[UUID],
        services: NamedDependency[Services],
        booked: FromQuery[bool] = False,
        limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
        cursor: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 0,
    ) -> ChangePage:
        """Changes in the order of the file, with the number of bookings on each flight. A dry run lists every change; a real import lists
        changes of flights with bookings, and of route or day. `booked`: only flights with bookings.
        """
        with services.db.snapshot() as connection:
            queries.get_columns(connection, job_id)
            page, following = changes.list_changes(connection, job_id, after=cursor, limit=limit, booked=booked)
        return ChangePage(page, following)

    @get("/imports", operation_id="listImports", summary="List imports", sync_to_thread=True)
    def list(
        self,
        services: NamedDependency[Services],
        status: FromQuery[ImportStatus | None] = None,
        dry_run: FromQuery[bool | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        cursor: FromQuery[UUID | None] = None,
    ) -> ImportPage:
        """`next_cursor` is the `cursor` of the next page."""
        with services.db.snapshot() as connection:
            imports, following = queries.list_imports(connection, before=cursor, limit=limit, status=status, dry_run=dry_run)
        return ImportPage(imports, following)

    @post(
        "/imports/{job_id:uuid}/cancel",
        operation_id="cancelImport",
        summary="Cancel an import",
        response_headers=(LOCATION,),
        status_code=HTTPStatus.ACCEPTED,
        sync_to_thread=True,
        opt={"errors": (ImportNotFound, ImportOver)},
    )
    def cancel(self, request: SignedRequest, job_id: FromPath[UUID], services: NamedDependency[Services]) -> Response[ImportView]:
        """Stored rows are kept. An import that no worker has begun is `CANCELLED` at once. Otherwise it is `cancelling` until its worker
        has stopped; then `unprocessed` is the number of rows that were not processed. Safe to repeat.
        """
        with services.db.transaction() as connection:
            over = service.cancel(connection, job_id, request.user.user_id)
            view = queries.get_import(connection, job_id)
        if over:
            services.storage.delete(service.storage_key(job_id))
            job_events.import_ended(services.redis, job_id, view.status)
        headers = {"location": f"/admin/flights/bulk-upload/status/{job_id}"}
        return Response(view, status_code=HTTPStatus.ACCEPTED, headers=headers)


def _receive(storage: Storage, import_id: UUID) -> Upload:
    try:
        return storage.receive(service.storage_key(import_id))
    except OSError as error:
        raise storage_away(error) from error


def _store_file(upload: Upload) -> StoredFile:
    """Store the file before the row that refers to it."""
    try:
        return upload.keep()
    except OSError as error:
        raise storage_away(error) from error


def _accept(
    services: Services, import_id: UUID, file: StoredFile, layout: Layout, keyed_request: KeyedRequest | None, **options: Any
) -> tuple[Response[ImportAccepted], bool]:
    """Store the import and send a message to a worker. Returns the response, and whether the file is needed."""
    is_new = False

    def work(connection: RawConnection) -> Done[ImportAccepted]:
        nonlocal is_new
        accepted = service.accept(connection, import_id, file, layout, **options)
        is_new = accepted.is_new
        response = _accepted(accepted)
        return Done(response, partial(services.live.dispatcher.send, ImportFile((import_id,)))) if is_new else Done(response)

    return answer_once(services, keyed_request, work), is_new


def _accepted(accepted: Accepted) -> Response[ImportAccepted]:
    status_url = f"/admin/flights/bulk-upload/status/{accepted.import_id}"
    return Response(
        ImportAccepted(accepted.import_id, accepted.status, status_url),
        status_code=HTTPStatus.ACCEPTED,
        headers={"location": status_url, "retry-after": retry_after_header(None)},
    )


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


def _seconds_until_done(view: ImportView) -> float | None:
    """The expected time until the import is done, at its speed so far; None before the first chunk."""
    done = view.progress.percent / 100
    if view.started_at is None or not done:
        return None
    return (now() - view.started_at).total_seconds() * (1 - done) / done
