"""Uploads of CSV files: how a file is received and stored, and which uploads are refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import httpx

from core import keys
from core.messaging.messages import Queue
from tests.support.api import register
from tests.support.imports import HEADER, ImportSteps, ImportStepsFactory, counts, csv_of, row

PATH = "/admin/flights/bulk-upload"


def send(import_steps: ImportSteps, data: bytes, **options: Any) -> httpx.Response:
    return import_steps.admin.post(PATH, files={"file": ("../../etc/passwd", data, "application/vnd.ms-excel")}, **options)


def stored_files(import_steps: ImportSteps) -> list[str]:
    return sorted(path.name for path in import_steps.folder.iterdir()) if import_steps.folder.exists() else []


def test_a_file_is_accepted_and_a_worker_is_called(import_steps: ImportSteps) -> None:
    response = send(import_steps, csv_of([row(1)]))
    job = response.json()["job_id"]
    assert response.status_code == 202
    assert response.json() == {"job_id": job, "status": "PENDING", "status_url": f"{PATH}/status/{job}"}
    assert response.headers["location"] == response.json()["status_url"]
    assert import_steps.admin.get(response.headers["location"]).json()["job_id"] == job
    assert stored_files(import_steps) == [f"{job}.csv"], "the name it was sent with is not used"
    assert import_steps.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.IMPORTS}") == 1


def test_a_file_may_be_the_whole_body(import_steps: ImportSteps) -> None:
    for kind in ("text/csv", "text/csv; charset=utf-8", "application/vnd.ms-excel", "text/plain", "application/octet-stream"):
        response = import_steps.admin.post(PATH, content=csv_of([row(1, price=len(kind))]), headers={"Content-Type": kind})
        assert response.status_code == 202, (kind, response.text)


def test_a_large_file_streams_through_in_pieces(import_steps: ImportSteps) -> None:
    data = csv_of(row(number) for number in range(1, 60_001))
    assert len(data) > 4 * 1024 * 1024

    def pieces() -> Any:
        for start in range(0, len(data), 70_001):
            yield data[start : start + 70_001]

    for response in (
        send(import_steps, data),
        import_steps.admin.post(PATH, content=pieces(), headers={"Content-Type": "text/csv"}),
    ):
        assert response.status_code == 202, response.text
        assert (import_steps.folder / f"{response.json()['job_id']}.csv").read_bytes() == data


def test_the_same_bytes_while_they_are_worked_are_the_same_job(import_steps: ImportSteps) -> None:
    data = csv_of([row(1)])
    first = send(import_steps, data).json()
    assert send(import_steps, data).json() == first
    assert send(import_steps, data + b"\n").json()["job_id"] != first["job_id"]
    assert send(import_steps, data, params={"dry_run": "true"}).json()["job_id"] != first["job_id"]
    assert send(import_steps, data, params={"mode": "create"}).json()["job_id"] != first["job_id"]
    assert len(stored_files(import_steps)) == 4
    import_steps.work(first["job_id"])
    assert send(import_steps, data).json()["job_id"] != first["job_id"]


def test_a_header_is_refused_at_once_with_a_suggestion(import_steps: ImportSteps) -> None:
    response = send(import_steps, csv_of([row(1)], header=HEADER.replace("flight_number", "flght_number")))
    assert (response.status_code, response.json()["code"]) == (422, "bad_header")
    assert "Did you mean 'flight_number'?" in response.json()["detail"]
    assert [error["code"] for error in response.json()["errors"]] == ["unknown_column", "missing_column"]
    assert stored_files(import_steps) == []


def test_what_is_no_csv_file_is_refused(import_steps: ImportSteps) -> None:
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    cases = {
        "a workbook": (workbook.getvalue(), 415, "not_csv"),
        "a gzip archive": (gzip.compress(csv_of([row(1)])), 415, "not_csv"),
        "nothing": (b"", 422, "bad_header"),
        "UTF-16": (csv_of([row(1)]).decode().encode("utf-16"), 422, "bad_header"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, 415, "not_csv"),
    }
    for what, (data, status, code) in cases.items():
        response = send(import_steps, data)
        assert (response.status_code, response.json()["code"]) == (status, code), (what, response.text)
    assert stored_files(import_steps) == []


def test_a_header_alone_is_an_import_of_nothing(import_steps: ImportSteps) -> None:
    for data in (HEADER.encode(), csv_of([]), csv_of(["", "  ", ",,,,,,"])):
        status = import_steps.take(data)
        assert counts(status) == {"created": 0, "updated": 0, "skipped": 0, "failed": 0}
        assert status["progress"] == {"processed": 0, "total": 0, "percent": 100.0}


def test_a_file_over_the_limit_is_refused_while_it_streams(open_import_steps: ImportStepsFactory) -> None:
    import_steps = open_import_steps(MAX_UPLOAD_MB="1")
    line = row(1).encode() + b"\n"
    fits = HEADER.encode() + b"\n" + line * (1_000_000 // len(line))
    assert send(import_steps, fits).status_code == 202
    before = stored_files(import_steps)

    def endless() -> Any:
        yield HEADER.encode() + b"\n"
        for _ in range(200):
            yield line * 200

    for response in (
        send(import_steps, fits * 2),
        import_steps.admin.post(PATH, content=endless(), headers={"Content-Type": "text/csv"}),
    ):
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert stored_files(import_steps) == before


def test_a_form_without_one_file_is_refused(import_steps: ImportSteps) -> None:
    csv = csv_of([row(1)])
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    cases = {
        "another field": (import_steps.admin.post(PATH, files={"upload": ("a.csv", csv)}), 422, "validation"),
        "two files": (
            import_steps.admin.post(PATH, files=[("file", ("a.csv", csv)), ("file", ("b.csv", csv))]),
            422,
            "validation",
        ),
        "JSON": (import_steps.admin.post(PATH, json={"file": "x"}), 415, "unsupported_media_type"),
        "no type": (import_steps.admin.post(PATH, content=csv), 415, "unsupported_media_type"),
        "no boundary": (
            import_steps.admin.post(PATH, content=csv, headers={"Content-Type": "multipart/form-data"}),
            400,
            "malformed",
        ),
        "no form": (import_steps.admin.post(PATH, content=b"--x\r\nbroken", headers=boundary), 400, "malformed"),
        "half a form": (
            import_steps.admin.post(
                PATH, content=b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + csv, headers=boundary
            ),
            400,
            "malformed",
        ),
        "another mode": (send(import_steps, csv, params={"mode": "replace"}), 422, "validation"),
        "a strange flag": (send(import_steps, csv, params={"dry_run": "perhaps"}), 422, "validation"),
    }
    for what, (result, status, code) in cases.items():
        assert (result.status_code, result.json()["code"]) == (status, code), (what, result.text)
    assert stored_files(import_steps) == []
    assert import_steps.rows("SELECT count(*) FROM imports") == [(0,)]


def test_imports_are_listed_newest_first(import_steps: ImportSteps) -> None:
    jobs = [str(import_steps.send(csv_of([row(number)]))) for number in range(1, 4)]
    page = import_steps.admin.get("/admin/imports", params={"limit": 2}).json()
    assert [each["job_id"] for each in page["data"]] == jobs[:0:-1]
    last = import_steps.admin.get("/admin/imports", params={"cursor": page["next_cursor"]}).json()
    assert ([each["job_id"] for each in last["data"]], last["next_cursor"]) == (jobs[:1], None)


def test_imports_are_for_administrators_and_unknown_ones_are_not_found(import_steps: ImportSteps) -> None:
    traveller = register(import_steps.admin).headers
    nothing = "019a0000-0000-7000-8000-000000000000"
    paths = [f"{PATH}/status/{nothing}", f"{PATH}/{nothing}/failed.csv", f"{PATH}/template.csv", "/admin/imports"]
    for path in paths:
        assert import_steps.admin.get(path, headers=traveller).status_code == 403, path
    assert (
        import_steps.admin.post(PATH, content=csv_of([row(1)]), headers={**traveller, "Content-Type": "text/csv"}).status_code
        == 403
    )
    for path in paths[:2]:
        missing = import_steps.admin.get(path)
        assert (missing.status_code, missing.json()["code"]) == (404, "import_not_found"), path


def test_an_upload_is_accepted_while_redis_is_away(open_import_steps: ImportStepsFactory, private_servers: Any) -> None:
    pair = private_servers()
    import_steps = open_import_steps(REDIS_URL=pair.redis_url)
    pair.valkey.stop()
    response = send(import_steps, csv_of([row(1)]))
    assert response.status_code == 202, response.text
    assert import_steps.status(response.json()["job_id"])["status"] == "PENDING"


def test_a_file_of_a_spreadsheet_in_windows_1252_is_refused_at_once_with_the_way_out(import_steps: ImportSteps) -> None:
    data = csv_of([row(1, source="São Paulo", destination="Brasília")]).decode().encode("windows-1252")
    response = send(import_steps, data)
    assert (response.status_code, response.json()["code"], response.json()["line"]) == (422, "wrong_encoding", 2)
    assert "encoding=windows-1252" in response.json()["detail"]
    assert stored_files(import_steps) == []
    status = import_steps.take(data, encoding="windows-1252")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 0}
    assert import_steps.rows("SELECT source, destination FROM flights") == [("São Paulo", "Brasília")]
    assert send(import_steps, data, params={"encoding": "CP1252"}).status_code == 202
    assert send(import_steps, data, params={"encoding": "mac_roman"}).json()["errors"][0]["pointer"] == "?encoding"
    assert (
        send(import_steps, csv_of([row(2, source="São Paulo")]), params={"encoding": "windows-1252"}).json()["code"]
        == "wrong_encoding"
    )


def test_failed_rows_that_were_not_utf8_can_be_read_and_mended(import_steps: ImportSteps) -> None:
    broken = row(1, source="São Paulo").encode("windows-1252")
    status = import_steps.take(csv_of([row(2, source="São Paulo")]) + broken + b"\n")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 1}
    failed = import_steps.admin.get(status["failed_rows_url"]).content
    assert failed.startswith(b"\xef\xbb\xbf")
    assert "\ufffd" not in failed.decode()
    assert "São Paulo" in failed.decode().splitlines()[1]
    assert counts(import_steps.take(failed))["created"] == 1


def test_a_file_that_programs_wrote_is_read_like_any_other(import_steps: ImportSteps) -> None:
    lines = [f"{HEADER},currency,,", row(1), f"{row(2)},EUR", f"{row(3)},,,,,"]
    data = b"\xef\xbb\xbf\xef\xbb\xbfsep=;\r\r\n" + "\r\r\n".join(lines).replace(",", ";").encode() + b"\r\r\n\x1a"
    assert counts(import_steps.take(data)) == {"created": 3, "updated": 0, "skipped": 0, "failed": 0}
    assert import_steps.rows("SELECT currency FROM flights ORDER BY departure_ts") == [("INR",), ("EUR",), ("INR",)]
