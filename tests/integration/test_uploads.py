"""How a file of flights is taken in, and what is refused at the door."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import httpx

from core import keys
from core.messaging.messages import Queue
from tests.support.api import register
from tests.support.imports import HEADER, Office, OfficeFactory, counts, csv_of, row

PATH = "/admin/flights/bulk-upload"


def send(office: Office, data: bytes, **options: Any) -> httpx.Response:
    return office.admin.post(PATH, files={"file": ("../../etc/passwd", data, "application/vnd.ms-excel")}, **options)


def kept(office: Office) -> list[str]:
    return sorted(path.name for path in office.folder.iterdir()) if office.folder.exists() else []


def test_a_file_is_accepted_and_a_worker_is_called(office: Office) -> None:
    answer = send(office, csv_of([row(1)]))
    job = answer.json()["job_id"]
    assert answer.status_code == 202
    assert answer.json() == {"job_id": job, "status": "PENDING", "status_url": f"{PATH}/status/{job}"}
    assert answer.headers["location"] == answer.json()["status_url"]
    assert office.admin.get(answer.headers["location"]).json()["job_id"] == job
    assert kept(office) == [f"{job}.csv"], "the name it was sent with is not used"
    assert office.redis.llen(f"{keys.QUEUE_NAMESPACE}:{Queue.IMPORTS}") == 1


def test_a_file_may_be_the_whole_body(office: Office) -> None:
    for kind in ("text/csv", "text/csv; charset=utf-8", "application/vnd.ms-excel", "text/plain", "application/octet-stream"):
        answer = office.admin.post(PATH, content=csv_of([row(1, price=len(kind))]), headers={"Content-Type": kind})
        assert answer.status_code == 202, (kind, answer.text)


def test_a_large_file_streams_through_in_pieces(office: Office) -> None:
    data = csv_of(row(number) for number in range(1, 60_001))
    assert len(data) > 4 * 1024 * 1024

    def pieces() -> Any:
        for start in range(0, len(data), 70_001):
            yield data[start : start + 70_001]

    for answer in (send(office, data), office.admin.post(PATH, content=pieces(), headers={"Content-Type": "text/csv"})):
        assert answer.status_code == 202, answer.text
        assert (office.folder / f"{answer.json()['job_id']}.csv").read_bytes() == data


def test_the_same_bytes_while_they_are_worked_are_the_same_job(office: Office) -> None:
    data = csv_of([row(1)])
    first = send(office, data).json()
    assert send(office, data).json() == first
    assert send(office, data + b"\n").json()["job_id"] != first["job_id"]
    assert send(office, data, params={"dry_run": "true"}).json()["job_id"] != first["job_id"]
    assert send(office, data, params={"mode": "create"}).json()["job_id"] != first["job_id"]
    assert len(kept(office)) == 4
    office.work(first["job_id"])
    assert send(office, data).json()["job_id"] != first["job_id"]


def test_a_header_is_refused_at_once_with_a_suggestion(office: Office) -> None:
    answer = send(office, csv_of([row(1)], header=HEADER.replace("flight_number", "flght_number")))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_header")
    assert "Did you mean 'flight_number'?" in answer.json()["detail"]
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_column", "missing_column"]
    assert kept(office) == []


def test_what_is_no_csv_file_is_refused(office: Office) -> None:
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
        answer = send(office, data)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (what, answer.text)
    assert kept(office) == []


def test_a_header_alone_is_an_import_of_nothing(office: Office) -> None:
    for data in (HEADER.encode(), csv_of([]), csv_of(["", "  ", ",,,,,,"])):
        status = office.take(data)
        assert counts(status) == {"created": 0, "updated": 0, "skipped": 0, "failed": 0}
        assert status["progress"] == {"processed": 0, "total": 0, "percent": 100.0}


def test_a_file_over_the_limit_is_refused_while_it_streams(open_office: OfficeFactory) -> None:
    office = open_office(MAX_UPLOAD_MB="1")
    line = row(1).encode() + b"\n"
    fits = HEADER.encode() + b"\n" + line * (1_000_000 // len(line))
    assert send(office, fits).status_code == 202
    before = kept(office)

    def endless() -> Any:
        yield HEADER.encode() + b"\n"
        for _ in range(200):
            yield line * 200

    for answer in (send(office, fits * 2), office.admin.post(PATH, content=endless(), headers={"Content-Type": "text/csv"})):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert kept(office) == before


def test_a_form_without_one_file_is_refused(office: Office) -> None:
    csv = csv_of([row(1)])
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    cases = {
        "another field": (office.admin.post(PATH, files={"upload": ("a.csv", csv)}), 422, "validation"),
        "two files": (office.admin.post(PATH, files=[("file", ("a.csv", csv)), ("file", ("b.csv", csv))]), 422, "validation"),
        "JSON": (office.admin.post(PATH, json={"file": "x"}), 415, "unsupported_media_type"),
        "no type": (office.admin.post(PATH, content=csv), 415, "unsupported_media_type"),
        "no boundary": (office.admin.post(PATH, content=csv, headers={"Content-Type": "multipart/form-data"}), 400, "malformed"),
        "no form": (office.admin.post(PATH, content=b"--x\r\nbroken", headers=boundary), 400, "malformed"),
        "half a form": (
            office.admin.post(
                PATH, content=b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + csv, headers=boundary
            ),
            400,
            "malformed",
        ),
        "another mode": (send(office, csv, params={"mode": "replace"}), 422, "validation"),
        "a strange flag": (send(office, csv, params={"dry_run": "perhaps"}), 422, "validation"),
    }
    for what, (answer, status, code) in cases.items():
        assert (answer.status_code, answer.json()["code"]) == (status, code), (what, answer.text)
    assert kept(office) == []
    assert office.rows("SELECT count(*) FROM imports") == [(0,)]


def test_imports_are_listed_newest_first(office: Office) -> None:
    jobs = [str(office.send(csv_of([row(number)]))) for number in range(1, 4)]
    page = office.admin.get("/admin/imports", params={"limit": 2}).json()
    assert [each["job_id"] for each in page["data"]] == jobs[:0:-1]
    last = office.admin.get("/admin/imports", params={"cursor": page["next_cursor"]}).json()
    assert ([each["job_id"] for each in last["data"]], last["next_cursor"]) == (jobs[:1], None)


def test_imports_are_for_administrators_and_unknown_ones_are_not_found(office: Office) -> None:
    traveller = register(office.admin).headers
    nothing = "019a0000-0000-7000-8000-000000000000"
    paths = [f"{PATH}/status/{nothing}", f"{PATH}/{nothing}/failed.csv", f"{PATH}/template.csv", "/admin/imports"]
    for path in paths:
        assert office.admin.get(path, headers=traveller).status_code == 403, path
    assert office.admin.post(PATH, content=csv_of([row(1)]), headers={**traveller, "Content-Type": "text/csv"}).status_code == 403
    for path in paths[:2]:
        missing = office.admin.get(path)
        assert (missing.status_code, missing.json()["code"]) == (404, "import_not_found"), path


def test_an_upload_is_accepted_while_redis_is_away(open_office: OfficeFactory, private_servers: Any) -> None:
    pair = private_servers()
    office = open_office(REDIS_URL=pair.redis_url)
    pair.valkey.stop()
    answer = send(office, csv_of([row(1)]))
    assert answer.status_code == 202, answer.text
    assert office.status(answer.json()["job_id"])["status"] == "PENDING"


def test_a_file_of_a_spreadsheet_in_windows_1252_is_refused_at_once_with_the_way_out(office: Office) -> None:
    data = csv_of([row(1, source="São Paulo", destination="Brasília")]).decode().encode("windows-1252")
    answer = send(office, data)
    assert (answer.status_code, answer.json()["code"], answer.json()["line"]) == (422, "wrong_encoding", 2)
    assert "encoding=windows-1252" in answer.json()["detail"]
    assert kept(office) == []
    status = office.take(data, encoding="windows-1252")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 0}
    assert office.rows("SELECT source, destination FROM flights") == [("São Paulo", "Brasília")]
    assert send(office, data, params={"encoding": "cp1252"}).status_code == 422
    assert (
        send(office, csv_of([row(2, source="São Paulo")]), params={"encoding": "windows-1252"}).json()["code"] == "wrong_encoding"
    )


def test_failed_rows_that_were_not_utf8_can_be_read_and_mended(office: Office) -> None:
    broken = row(1, source="São Paulo").encode("windows-1252")
    status = office.take(csv_of([row(2, source="São Paulo")]) + broken + b"\n")
    assert counts(status) == {"created": 1, "updated": 0, "skipped": 0, "failed": 1}
    failed = office.admin.get(status["failed_rows_url"]).content
    assert failed.startswith(b"\xef\xbb\xbf")
    assert "\ufffd" not in failed.decode()
    assert "São Paulo" in failed.decode().splitlines()[1]
    assert counts(office.take(failed))["created"] == 1


def test_a_file_that_programs_wrote_is_read_like_any_other(office: Office) -> None:
    lines = [f"{HEADER},currency,,", row(1), f"{row(2)},EUR", f"{row(3)},,,,,"]
    data = b"\xef\xbb\xbf\xef\xbb\xbfsep=;\r\r\n" + "\r\r\n".join(lines).replace(",", ";").encode() + b"\r\r\n\x1a"
    assert counts(office.take(data)) == {"created": 3, "updated": 0, "skipped": 0, "failed": 0}
    assert office.rows("SELECT currency FROM flights ORDER BY departure_ts") == [("INR",), ("EUR",), ("INR",)]
