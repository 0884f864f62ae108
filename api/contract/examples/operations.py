"""Imports, and what administrators see of the installation."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.bookings import CONFIRMED, JOB
from api.contract.examples.flights import FLIGHT_VIEW
from api.contract.examples.ids import ADMIN, BOOKING, DEPARTURE, ENTRY, FLIGHT, IMPORT, LETTER, WORKER

CSV: Final = (
    "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price,currency\r\n"
    "AI-202,Delhi,Mumbai,2026-12-25T10:00:00Z,2026-12-25T12:10:00Z,180,7500.00,INR\r\n"
)
STATUS_URL: Final = f"/admin/flights/bulk-upload/status/{IMPORT}"
SUMMARY: Final[dict[str, Any]] = {
    "job_id": IMPORT,
    "file_name": "winter.csv",
    "username": "admin",
    "status": "COMPLETED",
    "mode": "upsert",
    "times": "zoned",
    "match": "time",
    "dry_run": False,
    "cancelling": False,
    "progress": {"processed": 1200, "total": 1200, "percent": 100.0},
    "created": 1100,
    "updated": 80,
    "skipped": 19,
    "failed": 1,
    "unprocessed": 0,
    "beside": 0,
    "affected_bookings": 14,
    "failure": None,
    "failed_rows_url": f"/admin/flights/bulk-upload/{IMPORT}/failed.csv",
    "changes_url": f"/admin/flights/bulk-upload/{IMPORT}/changes",
    "created_at": "2026-12-01T08:00:00Z",
    "started_at": "2026-12-01T08:00:00.200Z",
    "finished_at": "2026-12-01T08:00:01.900Z",
}
LETTER_VIEW: Final[dict[str, Any]] = {
    "id": LETTER,
    "queue": "bookings",
    "kind": "booking",
    "status": "open",
    "subject_id": BOOKING,
    "error": "The booking was begun several times, and its worker ended each time.",
    "payload": None,
    "payload_bytes": None,
    "created_at": "2026-12-01T09:12:00Z",
    "replayed_at": None,
    "discarded_at": None,
}
QUEUE: Final[dict[str, Any]] = {
    "name": "bookings",
    "waiting": 3,
    "taken": 1,
    "oldest_seconds": 0.2,
    "paused_at": None,
    "paused_by": None,
    "workers": 2,
    "messages_per_second": {"last_5s": 12.4, "last_1min": 11.9, "last_15min": 8.25},
    "items_per_second": {"last_5s": 410.2, "last_1min": 396.5, "last_15min": 214.75},
}
WORKER_VIEW: Final[dict[str, Any]] = {
    "id": WORKER,
    "host": "worker-1",
    "pid": 412,
    "version": "0.1.0",
    "is_current": True,
    "queues": ["bookings", "flights", "imports", "payments"],
    "has_provider": True,
    "started_at": "2026-12-01T06:00:00Z",
    "seen_at": "2026-12-01T09:30:01Z",
    "silent_seconds": 0.6,
    "answers": True,
    "at_work": [{"actor": "reserve_bookings", "items": 64, "since": "2026-12-01T09:30:00.990Z"}],
    "sweeps": True,
}
TIMED_JOB: Final[dict[str, Any]] = {**JOB, "times": {"wait_ms": 3.1, "run_ms": 9.4, "total_ms": 12.5}}
COUNTS: Final[dict[str, Any]] = {
    "accepted": 64,
    "pending": 1,
    "held": 9,
    "confirmed": 52,
    "failed": 2,
    "ended": 0,
    "p50_ms": 22.0,
    "p95_ms": 61.0,
    "p99_ms": 140.0,
}

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "DeadLetterBulkBody": {
        "preview": {"filter": {"status": "open", "kind": "booking"}, "preview": True},
        "up_to_what_was_previewed": {"filter": {"status": "open", "kind": "booking", "up_to": LETTER}},
    },
}

RESPONSES: Final[dict[str, Any]] = {
    "ImportAccepted": {"job_id": IMPORT, "status": "PENDING", "status_url": STATUS_URL},
    "ImportView": {
        **SUMMARY,
        "errors": [
            {
                "line": 17,
                "column": "destination",
                "value": "Mumbay",
                "code": "unknown_place",
                "message": "There is no known place Mumbay. Did you mean Mumbai (BOM)? Write the IATA code of the airport, or the name of its city.",
            }
        ],
        "places": [{"line": 4, "value": "Bombay", "iata": "BOM", "city": "Mumbai", "country": "IN"}],
        "doubts": [],
    },
    "ImportPage": {"data": [SUMMARY], "next_cursor": None},
    "ChangePage": {
        "data": [
            {
                "line": 3,
                "flight_id": FLIGHT,
                "flight_number": "AI-202",
                "departure_ts": DEPARTURE,
                "changes": [{"field": "price", "before": "7500.00", "after": "7900.00"}],
                "bookings": 14,
                "seats": 31,
                "effect": "changed",
            }
        ],
        "next_cursor": None,
    },
    "AuditPage": {
        "data": [
            {
                "id": ENTRY,
                "at": "2026-12-01T07:55:00Z",
                "user_id": ADMIN,
                "username": "admin",
                "key_id": None,
                "key_name": None,
                "action": "flight.updated",
                "entity": "flight",
                "entity_id": FLIGHT,
                "before": {"price": "7500.00"},
                "after": {"price": "7900.00"},
            }
        ],
        "next_cursor": None,
    },
    "InventoryAudit": {"flights": 812, "drift": [{"flight_id": FLIGHT, "seats": -2}]},
    "BookingSearchPage": {"data": [{"booking": CONFIRMED, "username": "asha"}], "next_cursor": None},
    "JobPage": {"data": [TIMED_JOB], "next_cursor": None},
    "DeadLetterView": LETTER_VIEW,
    "DeadLetterPage": {"data": [LETTER_VIEW], "next_cursor": None},
    "DeadLetterBulkResult": {"count": 12, "more": False, "up_to": LETTER},
    "QueueView": QUEUE,
    "SweepView": {
        "worker": WORKER_VIEW,
        "data": [
            {
                "id": ENTRY,
                "host": "worker-1",
                "pid": 412,
                "began_at": "2026-12-01T09:29:58Z",
                "ended_at": "2026-12-01T09:29:58.040Z",
                "passes": 1,
                "longest_ms": 40.1,
                "found": {"late_bookings": 12, "overdue_holds": 3},
                "repaired": {"late_bookings": 12, "overdue_holds": 3},
                "failed": [],
                "without_redis": False,
            }
        ],
    },
    "PassengerList": {
        "flight": FLIGHT_VIEW,
        "seats": 2,
        "named": 1,
        "data": [
            {
                "reference": "K7QX2M",
                "status": "CONFIRMED",
                "position": 1,
                "name": "Asha Rao",
                "date_of_birth": "1990-04-12",
                "contact": "asha@example.com",
                "seat_number": "12A",
            },
            {
                "reference": "K7QX2M",
                "status": "CONFIRMED",
                "position": 2,
                "name": None,
                "date_of_birth": None,
                "contact": None,
                "seat_number": None,
            },
        ],
    },
    "QueueList": {"data": [QUEUE]},
    "WorkerList": {"data": [WORKER_VIEW]},
    "Overview": {
        "status": "degraded",
        "causes": [
            {
                "code": "queue_paused",
                "message": "The queue imports was paused by admin; what is sent to it waits.",
                "since": "2026-12-01T09:20:00Z",
            }
        ],
        "at": "2026-12-01T09:30:02Z",
        "waiting": 3,
        "oldest_seconds": 0.2,
        "per_second": 41.5,
        "bookings_per_minute": COUNTS,
        "seats_sold_today": 412,
        "queues": [QUEUE],
        "workers": [WORKER_VIEW],
        "drift": [],
        "dead_letters": {"booking": 1},
        "history": [{**COUNTS, "minute": "2026-12-01T09:29:00Z", "waiting": 2, "oldest_seconds": 0.1, "dead_letters": 1}],
    },
    "LoadRunReport": {
        "id": "rush-1",
        "began_at": "2026-12-01T09:30:00Z",
        "accepted": 1200,
        "pending": 0,
        "held": 0,
        "confirmed": 180,
        "failed": 1020,
        "ended": 0,
        "polls": 1560,
        "polls_per_booking": 1.3,
        "oversold": 0,
        "lost": 0,
        "duplicated": 0,
        "charged_wrong": 0,
        "inversions": 0,
        "stages": [{"stage": "confirmed", "bookings": 180, "p50_ms": 21.4, "p95_ms": 38.0, "p99_ms": 52.7}],
    },
    "ConfigurationView": {
        "payment_required": False,
        "hold_minutes": 15,
        "hold_limit": 10,
        "cancellation": {"free_hours": 24, "free_days": 7, "fee_percent": "20", "no_refund_hours": 24},
    },
    "Liveness": {"status": "ok"},
    "Health": {"status": "ok", "reasons": [], "causes": []},
}

OF_OPERATION: Final[dict[tuple[str, str], Any]] = {
    ("pauseQueue", "200"): {**QUEUE, "paused_at": "2026-12-01T09:20:00Z", "paused_by": "admin"},
    ("replayDeadLetter", "200"): {**LETTER_VIEW, "status": "replayed", "replayed_at": "2026-12-01T09:40:00Z"},
    ("discardDeadLetter", "200"): {**LETTER_VIEW, "status": "discarded", "discarded_at": "2026-12-01T09:40:00Z"},
    ("cancelImport", "202"): {
        **SUMMARY,
        "status": "IN_PROGRESS",
        "cancelling": True,
        "finished_at": None,
        "errors": [],
        "places": [],
        "doubts": [],
    },
    ("exportFlights", "200"): CSV,
    ("downloadTemplate", "200"): CSV,
    ("downloadFailedRows", "200"): (
        "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price,_line,_code,_error\r\n"
        "AI-202,Delhi,Mumbay,2026-12-25T10:00:00Z,2026-12-25T12:10:00Z,180,7500.00,17,unknown_place,There is no known place Mumbay.\r\n"
    ),
    ("downloadPassengers", "200"): (
        "reference,status,seat,name,date_of_birth,contact,seat_number\r\nK7QX2M,CONFIRMED,1,Asha Rao,1990-04-12,asha@example.com,12A\r\n"
    ),
    ("getMetrics", "200"): (
        "# HELP skyqueue_bookings_waiting Bookings that wait for their seats.\n"
        "# TYPE skyqueue_bookings_waiting gauge\n"
        "skyqueue_bookings_waiting 3.0\n"
    ),
    ("listAirports", "200"): ["Delhi", "Mumbai"],
    ("listJobs", "200"): {"data": [TIMED_JOB], "next_cursor": None},
    ("printPassengers", "200"): '<!doctype html><html lang="en">...</html>',
}
