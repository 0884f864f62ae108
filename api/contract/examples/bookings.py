"""Bookings, their payments and cancellations, jobs, and the waiting list."""

from __future__ import annotations

from typing import Any, Final

from api.contract.examples.ids import (
    ACCEPTED,
    ARRIVAL,
    ASHA,
    BOOKING,
    CONNECTION,
    DEPARTURE,
    FLIGHT,
    PAID,
    PAYMENT,
    PLACE_IN_LINE,
    QUOTE,
    RESERVED,
)

STATUS_URL: Final = f"/api/v1/jobs/{BOOKING}"
BOOKED_FLIGHT: Final = {
    "id": FLIGHT,
    "flight_number": "AI-202",
    "source": "Delhi",
    "destination": "Mumbai",
    "departure_ts": DEPARTURE,
    "arrival_ts": ARRIVAL,
    "status": "SCHEDULED",
    "source_iata": "DEL",
    "source_timezone": "Asia/Kolkata",
    "destination_iata": "BOM",
    "destination_timezone": "Asia/Kolkata",
}
TIMELINE: Final = [
    {"stage": "accepted", "at": ACCEPTED, "ms": 0.0},
    {"stage": "reserved", "at": RESERVED, "ms": 41.0},
    {"stage": "confirmed", "at": PAID, "ms": 320.0},
]
CONFIRMED: Final[dict[str, Any]] = {
    "id": BOOKING,
    "trip_id": BOOKING,
    "reference": "K7QX2M",
    "user_id": ASHA,
    "status": "CONFIRMED",
    "flight_id": FLIGHT,
    "seats": 2,
    "price_total": "15000.00",
    "currency": "INR",
    "payment_mode": "token",
    "hold_expires_at": None,
    "awaiting_payment": False,
    "payment_required_by": None,
    "payment": {
        "id": PAYMENT,
        "amount": "15000.00",
        "currency": "INR",
        "status": "SUCCEEDED",
        "decline_code": None,
        "created_at": RESERVED,
    },
    "rescued_at": None,
    "failure": None,
    "available_actions": ["cancel"],
    "segments": [
        {
            "booking_id": BOOKING,
            "flight": BOOKED_FLIGHT,
            "seats": 2,
            "price_total": "15000.00",
            "schedule_change": None,
            "seat_numbers": ["12A", "12B"],
            "seats_change_until": "2026-12-25T09:00:00Z",
        }
    ],
    "passengers": [{"position": 1, "name": "Asha Rao", "date_of_birth": "1990-04-12", "contact": "asha@example.com"}],
    "schedule_change": None,
    "refund": None,
    "timeline": TIMELINE,
    "created_at": ACCEPTED,
    "updated_at": PAID,
    "finished_at": PAID,
}
CANCELLED: Final = {
    **CONFIRMED,
    "status": "CANCELLED",
    "available_actions": [],
    "refund": {"amount": "15000.00", "currency": "INR", "status": "PENDING", "reason": "cancelled"},
    "timeline": [*TIMELINE, {"stage": "cancelled", "at": "2026-12-01T09:41:30Z", "ms": 690000.0}],
    "updated_at": "2026-12-01T09:41:30Z",
    "finished_at": "2026-12-01T09:41:30Z",
}
JOB: Final = {
    "job_id": BOOKING,
    "kind": "booking",
    "status": "CONFIRMED",
    "done": True,
    "booking": CONFIRMED,
    "import": None,
    "flight_cancellation": None,
    "failure": None,
    "timeline": TIMELINE,
    "queue_position": None,
    "eta_ms": None,
    "created_at": ACCEPTED,
    "finished_at": PAID,
}
REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "FindBody": {"find": {"reference": "K7QX2M", "surname": "Rao"}},
    "BookingBody": {
        "pay_at_once": {
            "flight_id": FLIGHT,
            "seats": 2,
            "passengers": [{"name": "Asha Rao", "date_of_birth": "1990-04-12", "contact": "asha@example.com"}],
            "payment": {"token": "tok_ok"},
            "expected_total": {"amount": "15000.00", "currency": "INR"},
        },
        "seats_by_number": {"flight_id": FLIGHT, "seats": 2, "seat_numbers": [["12A", "12B"]], "payment": {"token": "tok_ok"}},
        "hold_and_pay_later": {"flight_id": FLIGHT, "seats": 2, "payment": {"hold": True}},
        "trip_of_two_flights": {
            "flight_ids": [FLIGHT, CONNECTION],
            "seats": 1,
            "payment": {"token": "tok_ok"},
            "expected_total": {"amount": "49500.00", "currency": "INR"},
        },
    },
    "SeatsBody": {"pick": {"seat_numbers": [["14C", "14D"]]}, "best": {"seat_numbers": "best"}},
    "PayBody": {"card": {"token": "tok_ok"}},
    "ScheduleChangeBody": {"keep": {"action": "keep", "new_departure_ts": "2026-12-25T11:30:00Z"}},
    "PassengersBody": {"correct_one_and_add_one": {"passengers": [{"position": 1, "name": "Asha Rao"}, {"name": "Ravi Rao"}]}},
    "PassengerCorrection": {"name": {"name": "Asha Rao"}},
    "PartyBody": {"party_of_two": {"party_size": 2, "accept_partial": False}},
}

EVENTS: Final[dict[str, dict[str, Any]]] = {
    "captured": {
        "id": "evt_7c1f",
        "type": "charge.captured",
        "charge_id": PAYMENT,
        "amount": "15000.00",
        "currency": "INR",
    },
    "declined": {"id": "evt_7c20", "type": "charge.declined", "charge_id": PAYMENT, "decline_code": "insufficient_funds"},
}

RESPONSES: Final[dict[str, Any]] = {
    "CheckInView": {
        "reference": "K7QX2M",
        "status": "CONFIRMED",
        "seats": 2,
        "flights": [BOOKED_FLIGHT],
        "passengers": ["Asha Rao"],
        "boarding": [{"name": "Asha Rao", "seat_numbers": ["12A"]}],
        "payment_required_by": None,
        "available_actions": ["cancel"],
        "seats_change_until": ["2026-12-25T09:00:00Z"],
    },
    "BookingAccepted": {"job_id": BOOKING, "booking_id": BOOKING, "status": "PENDING", "status_url": STATUS_URL},
    "BookingView": CONFIRMED,
    "BookingPage": {"data": [CONFIRMED], "next_cursor": None},
    "Job": JOB,
    "QuoteView": {
        "id": QUOTE,
        "booking_id": BOOKING,
        "refund_amount": "15000.00",
        "fee_amount": "0.00",
        "currency": "INR",
        "expires_at": "2026-12-01T09:51:00Z",
        "confirmed_at": None,
    },
    "WaitlistView": {
        "id": PLACE_IN_LINE,
        "flight_id": FLIGHT,
        "party_size": 2,
        "accept_partial": False,
        "status": "WAITING",
        "position": 1,
        "ahead_seats": 0,
        "offer": None,
        "explanation": "You are first in line. Seats that are given back are offered to you.",
        "created_at": ACCEPTED,
    },
    "TicketKey": {
        "algorithm": "Ed25519",
        "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "form": "SKY1.<reference>.<128 letters>",
    },
    "TicketCheck": {
        "valid": True,
        "reason": None,
        "booking_id": BOOKING,
        "reference": "K7QX2M",
        "status": "CONFIRMED",
        "seats": 2,
        "flights": [BOOKED_FLIGHT],
        "seat_numbers": [["12A", "12B"]],
        "passengers": CONFIRMED["passengers"],
    },
    "EventReceived": {"received": True},
}

OF_OPERATION: Final[dict[tuple[str, str], Any]] = {
    ("downloadCalendar", "200"): (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART:20261225T100000Z\r\nSUMMARY:AI-202 Delhi - Mumbai\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ),
    ("cancelBooking", "200"): CANCELLED,
    ("confirmCancellation", "200"): CANCELLED,
    ("payBooking", "202"): {"job_id": BOOKING, "booking_id": BOOKING, "status": "HELD", "status_url": STATUS_URL},
    ("listenToEvents", "200"): (
        f"id: 41\nevent: booking.confirmed\n"
        f'data: {{"type":"booking.confirmed","id":"41","at":"{PAID}","subject":"booking:{BOOKING}","data":{{}}}}\n\n'
    ),
}
"""Examples of single operations whose schema is also used by others."""
